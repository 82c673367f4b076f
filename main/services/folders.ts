import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import type { FolderListing } from '../ipc/contract.ts';
import { problemOf } from './system-errors.ts';
import { naturalCompare } from './walk.ts';

/** Entries shown of one folder: a list for people. */
const MOST_ENTRIES = 5000;

/** Above the roots of Windows' drives: lists the drives. */
const DRIVES = '\\';
const DRIVE_LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** What listing needs of the system; a test passes its own. */
export interface System {
  platform: NodeJS.Platform;
  isFolder(path: string): Promise<boolean>;
}

const THIS_SYSTEM: System = {
  platform: process.platform,
  isFolder: (folder) =>
    stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    ),
};

/**
 * What is in a folder of this computer, for the browser of folders: folders first, in natural order, hidden ones left
 * out. `null` is the person's home; on Windows the parent of a drive's root is the list of drives.
 * @throws HifuseError `file.not-found`, `file.unreadable`
 */
export async function listFolder(folder: string | null, system = THIS_SYSTEM): Promise<FolderListing> {
  if (system.platform === 'win32' && folder === DRIVES) return listDrives(system);
  const directory = path.resolve(folder ?? homedir());
  const found = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const folder = path.basename(directory) || directory;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new HifuseError('file.not-found', { reason: 'folder', folder })
      : new HifuseError('file.unreadable', { reason: 'folder', folder, problem: problemOf(error) });
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
  return {
    path: directory,
    parent: parentOf(directory, system.platform),
    entries: entries.flat().sort((a, b) => rank[a.kind] - rank[b.kind] || naturalCompare(a.name, b.name)),
  };
}

/** The folder above; null above the root. */
export function parentOf(directory: string, platform: NodeJS.Platform): string | null {
  const parent = (platform === 'win32' ? path.win32 : path.posix).dirname(directory);
  if (parent !== directory) return parent;
  return platform === 'win32' ? DRIVES : null;
}

async function listDrives({ isFolder }: System): Promise<FolderListing> {
  const drives = await Promise.all(
    DRIVE_LETTERS.map(async (letter) => {
      const root = `${letter}:\\`;
      return (await isFolder(root)) ? [{ name: `${letter}:`, path: root, kind: 'folder' as const, size: 0 }] : [];
    }),
  );
  return { path: DRIVES, parent: null, entries: drives.flat() };
}
