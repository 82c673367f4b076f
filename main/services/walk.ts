import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { problemOf } from './system-errors.ts';

/** A file that was met. */
export interface WalkedFile {
  /** The start joined with what is below it. */
  path: string;
  /** For people: the path below the start with '/' between parts; the file's own name where the start is a file. */
  name: string;
}

export interface WalkOptions {
  /** Go into subfolders. */
  recursive: boolean;
  signal?: AbortSignal;
  /** Told of every folder or entry below the start that could not be read; the walk goes on. */
  onUnreadable?: (error: HifuseError, path: string) => void;
  /** Told of every pipe, socket or device: they are left out, since opening one could hang. */
  onSpecial?: (path: string) => void;
  /** Told of every folder that links lead to again; it is not entered a second time. */
  onRepeated?: (path: string) => void;
  /** Told of every subfolder that is not gone into, for want of `recursive`. */
  onLeftOut?: (path: string) => void;
}

/** Left by operating systems and file servers beside the images of a folder. */
const SYSTEM_NAMES = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '$recycle.bin',
  'system volume information',
  '__macosx',
  '@eadir',
]);

const isHidden = (name: string): boolean => name.startsWith('.') || SYSTEM_NAMES.has(name.toLowerCase());

// One locale on every machine, so that the order of results never depends on where they were made.
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Orders names as people do: 'slice 9' before 'slice 10'. Total: names that differ in case alone keep one order. */
export function naturalCompare(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** What the system says -> why a file was left out. */
const REASONS: Record<
  string,
  'left-out-permission' | 'left-out-gone' | 'left-out-circle' | 'left-out-long-path' | 'left-out-many-open'
> = {
  EACCES: 'left-out-permission',
  EPERM: 'left-out-permission',
  ENOENT: 'left-out-gone',
  ELOOP: 'left-out-circle',
  ENAMETOOLONG: 'left-out-long-path',
  EMFILE: 'left-out-many-open',
};

function unreadable(at: string, error: unknown): HifuseError {
  const file = path.basename(at);
  const problem = problemOf(error);
  const reason = REASONS[problem];
  return reason
    ? new HifuseError('file.unreadable', { reason, file })
    : new HifuseError('file.unreadable', { reason: 'left-out', file, problem });
}

interface Folder {
  path: string;
  name: string;
}

/** Sorted names of the files and the folders in one folder; links are followed, hidden and special entries left out. */
async function list(folder: Folder, options: WalkOptions): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for await (const entry of await opendir(folder.path)) {
    options.signal?.throwIfAborted();
    if (isHidden(entry.name)) continue;
    let kind: { isFile(): boolean; isDirectory(): boolean } = entry;
    // Some network file systems name no kind (neither file nor folder); a link's kind is that of its target.
    if (!entry.isFile() && !entry.isDirectory()) {
      const target = path.join(folder.path, entry.name);
      try {
        kind = await stat(target);
      } catch (error) {
        options.onUnreadable?.(unreadable(target, error), target);
        continue;
      }
    }
    if (kind.isFile()) files.push(entry.name);
    else if (!kind.isDirectory()) options.onSpecial?.(path.join(folder.path, entry.name));
    else if (options.recursive) folders.push(entry.name);
    else options.onLeftOut?.(path.join(folder.path, entry.name));
  }
  return { files: files.sort(naturalCompare), folders: folders.sort(naturalCompare) };
}

/**
 * Yields the files of a folder in natural order, those of a folder before those of its subfolders; or the file itself
 * where `start` is one. Hidden and system files are left out, pipes and devices too (opening them could hang).
 * Every real folder is entered once, however many links lead to it, so that loops end.
 * Memory is bounded by the names in one folder and the folders still to be entered, not by the files of the tree.
 *
 * @throws HifuseError `file.not-found` or `file.unreadable` for the start itself; the signal's reason when aborted.
 */
export async function* walk(start: string, options: WalkOptions): AsyncGenerator<WalkedFile, void, undefined> {
  options.signal?.throwIfAborted();
  const top = await stat(start, { bigint: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new HifuseError('file.not-found', { reason: 'path', path: start });
    }
    throw unreadable(start, error);
  });
  if (top.isFile()) {
    yield { path: start, name: path.basename(start) };
    return;
  }
  if (!top.isDirectory()) {
    throw new HifuseError('file.unreadable', { reason: 'no-file-or-folder', file: path.basename(start) });
  }

  const entered = new Set<string>();
  const pending: Folder[] = [{ path: start, name: '' }];
  for (let folder = pending.pop(); folder; folder = pending.pop()) {
    let content;
    try {
      const { dev, ino } = await stat(folder.path, { bigint: true });
      const identity = `${dev}:${ino}`;
      if (entered.has(identity)) {
        options.onRepeated?.(folder.path);
        continue;
      }
      entered.add(identity);
      content = await list(folder, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const failure = unreadable(folder.path, error);
      if (folder.name === '') throw failure;
      options.onUnreadable?.(failure, folder.path);
      continue;
    }
    const below = (name: string, parent: Folder): Folder => ({
      path: path.join(parent.path, name),
      name: parent.name ? `${parent.name}/${name}` : name,
    });
    for (const name of content.files) {
      options.signal?.throwIfAborted();
      yield below(name, folder);
    }
    for (const name of content.folders.reverse()) pending.push(below(name, folder));
  }
}
