import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { foreignText, HifuseError } from '../../models/errors.ts';
import { quote } from '../../models/quote.ts';
import { PACKAGE_FILES, type PackageBytes } from '../../models/package/package.ts';

/**
 * Writes a package into a folder, whole or not at all: into a folder beside it first, which is then renamed. A package
 * that stands there is replaced; anything else is left alone.
 *
 * @returns the absolute path of the folder
 * @throws HifuseError `file.write-failed`
 */
export function writePackage(directory: string, files: PackageBytes): Promise<string> {
  return replaceFolder(directory, (folder) => writeFiles(folder, files));
}

/** Writes files of a package into a folder, and waits until they are on the disk. */
export async function writeFiles(folder: string, files: Partial<PackageBytes>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes, { flush: true });
}

/**
 * As {@link writePackage}, with `fill` writing the files into the folder that becomes the package's.
 *
 * @throws HifuseError `file.write-failed`, and what `fill` throws
 */
export async function replaceFolder(directory: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = resolve(directory);
  let temporary: string | null = null;
  try {
    const replaces = await holdsPackage(target);
    await mkdir(dirname(target), { recursive: true });
    temporary = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
    const complete = join(temporary, 'new');
    await mkdir(complete);
    await fill(complete);
    if (replaces) await rename(target, join(temporary, 'old'));
    await rename(complete, target).catch(async (error: unknown) => {
      if (replaces) await rename(join(temporary!, 'old'), target);
      throw error;
    });
    return target;
  } catch (error) {
    throw writeFailed(target, error);
  } finally {
    if (temporary) await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Makes sure that a package may be written to the folder: that it is new, empty or a package, which is then replaced.
 *
 * @throws HifuseError `file.write-failed`
 */
export async function requireReplaceable(directory: string): Promise<void> {
  await holdsPackage(resolve(directory)).catch((error: unknown) => {
    throw writeFailed(resolve(directory), error);
  });
}

/**
 * Whether a package stands in the folder, and nothing else.
 *
 * @throws HifuseError `file.write-failed` where something else is there
 */
async function holdsPackage(target: string): Promise<boolean> {
  let names: string[];
  try {
    names = await readdir(target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const strangers = names.filter((name) => !Object.hasOwn(PACKAGE_FILES, name));
  if (strangers.length > 0) {
    throw new HifuseError('file.write-failed', { reason: 'folder-taken', folder: target, name: quote(strangers[0]!) });
  }
  return true;
}

function writeFailed(target: string, error: unknown): HifuseError {
  return error instanceof HifuseError
    ? error
    : new HifuseError('file.write-failed', { reason: 'folder', folder: target, message: foreignText(error) });
}
