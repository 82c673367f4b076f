import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import {
  decodeManifest,
  decodePackage,
  PACKAGE_FILES,
  type HashedWeights,
  type ModelPackage,
  type PackageFile,
  STATISTICS_FILE,
} from '../../models/package/package.ts';
import { openWeights } from '../../models/package/weights.ts';
import type { LoadedModel } from '../engines/engine.ts';
import { FileSource, readerOf } from './byte-source.ts';

/** A verified package, ready for an engine. */
export type LoadedPackage = LoadedModel & Pick<ModelPackage, 'modelCard' | 'selfTest' | 'reference'>;

/**
 * Reads a model package from its folder and verifies it. The weights are not kept in memory: they are read again when
 * they are asked for. Only the known file names
 * are ever opened: nothing in the manifest can point elsewhere.
 *
 * @throws HifuseError `model.not-found`, `model.invalid-package`, `model.hash-mismatch`, `model.*-tensor`,
 *   `model.shape-mismatch`, `file.unreadable`
 */
export async function loadPackage(directory: string): Promise<LoadedPackage> {
  const read = (file: PackageFile) => readPackageFile(directory, file);
  const files = {
    'manifest.json': await read('manifest.json'),
    'MODEL_CARD.md': await read('MODEL_CARD.md'),
    'selftest.json': await read('selftest.json'),
    ...((await hasStatistics(directory)) && { [STATISTICS_FILE]: await read(STATISTICS_FILE) }),
  };
  const weights = await withPackageFile(directory, 'weights.safetensors', (source) => hashWeights(directory, source));
  return decodePackage(files, weights, sha256, basename(resolve(directory)));
}

/** The network of a package that has its weights already, and of which the rest is still to be written. */
export async function openStored(directory: string, manifest: Manifest): Promise<LoadedModel> {
  const weights = await withPackageFile(directory, 'weights.safetensors', (source) => hashWeights(directory, source));
  return { manifest, state: openWeights(weights, manifest, manifest.weights.file) };
}

/** What is hashed at once. */
const PIECE = 2 ** 24;

/** Hashes the weight file, and reads it by range from then on, as long as it stays the same. */
async function hashWeights(directory: string, source: FileSource): Promise<HashedWeights> {
  const hash = createHash('sha256');
  for (let at = 0; at < source.size; at += PIECE) hash.update(await source.read(at, Math.min(PIECE, source.size - at)));
  return { sha256: hash.digest('hex'), ...readerOf(join(directory, 'weights.safetensors'), source.version) };
}

/**
 * Reads a package's manifest and model card alone: enough for a list of models. The weights are not looked at.
 *
 * @throws HifuseError `model.not-found`, `model.invalid-package`, `file.unreadable`
 */
export async function readPackageSummary(directory: string): Promise<{ manifest: Manifest; modelCard: string }> {
  const manifest = await readPackageFile(directory, 'manifest.json');
  const modelCard = await readPackageFile(directory, 'MODEL_CARD.md');
  return {
    manifest: decodeManifest(manifest, `${basename(resolve(directory))}/manifest.json`),
    modelCard: new TextDecoder().decode(modelCard),
  };
}

/** The one file that not every package has. Whether it should be there, the manifest says. */
const hasStatistics = (directory: string): Promise<boolean> =>
  access(join(directory, STATISTICS_FILE)).then(
    () => true,
    () => false,
  );

/** SHA-256 in hexadecimal, lower case. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads one file of a package. */
function readPackageFile(directory: string, file: PackageFile): Promise<Uint8Array> {
  return withPackageFile(directory, file, (source) => source.read(0, source.size));
}

/** Opens one file of a package, which must be a file of at most its size limit. */
async function withPackageFile<T>(
  directory: string,
  file: PackageFile,
  use: (source: FileSource) => Promise<T>,
): Promise<T> {
  const subject = `${basename(resolve(directory))}/${file}`;
  const source = await FileSource.open(join(directory, file)).catch((error: unknown) => {
    throw openError(error, directory, file, subject);
  });
  try {
    const { limit } = PACKAGE_FILES[file];
    if (source.size > limit) {
      throw new HifuseError('model.invalid-package', { reason: 'too-large', file: subject, size: source.size, limit });
    }
    return await use(source);
  } finally {
    await source.close();
  }
}

function openError(error: unknown, directory: string, file: PackageFile, subject: string): unknown {
  if (!(error instanceof HifuseError)) return error;
  if (error.code === 'file.unreadable')
    return new HifuseError('file.unreadable', { reason: 'part', file: subject }, { cause: error });
  if (error.code === 'file.empty') return new HifuseError('model.invalid-package', { reason: 'empty', file: subject });
  return file === 'manifest.json'
    ? new HifuseError('model.not-found', { reason: 'no-manifest', folder: directory })
    : new HifuseError('model.invalid-package', { reason: 'missing', file: subject });
}
