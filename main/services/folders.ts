import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import type { FolderListing } from '../ipc/contract.ts';
import { naturalCompare } from './walk.ts';

/** Entries shown of one folder: a list for people. */
const MOST_ENTRIES = 5000;

/**
 * What is in a folder of this computer, for the browser of folders: folders first, in natural order, hidden ones left
 * out. `null` is the person's home.
 * @throws HifuseError `file.not-found`, `file.unreadable`
 */
export async function listFolder(folder: string | null): Promise<FolderListing> {
  const directory = path.resolve(folder ?? homedir());
  const found = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const name = path.basename(directory) || directory;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new HifuseError('file.not-found', `There is no folder "${name}". Choose another one.`)
      : new HifuseError('file.unreadable', `The folder "${name}" cannot be read (${code ?? 'unknown reason'}).`);
  });
  const visible = found.filter(({ name }) => !name.startsWith('.')).slice(0, MOST_ENTRIES);
  const entries = await Promise.all(
    visible.map(async ({ name }) => {
      const file = path.join(directory, name);
      const facts = await stat(file).catch(() => null);
      if (!facts?.isFile() && !facts?.isDirectory()) return [];
      const kind = facts.isDirectory() ? ('folder' as const) : ('file' as const);
      return [{ name, path: file, kind, size: kind === 'file' ? facts.size : 0 }];
    }),
  );
  const rank = { folder: 0, file: 1 };
  const parent = path.dirname(directory);
  return {
    path: directory,
    parent: parent === directory ? null : parent,
    entries: entries.flat().sort((a, b) => rank[a.kind] - rank[b.kind] || naturalCompare(a.name, b.name)),
  };
}
