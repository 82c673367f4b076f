/** What can be wrong with a file that the reader named, in the same words for pictures, checkpoints and packages. */
import type { Stats } from 'node:fs';
import { HifuseError } from '../models/errors.ts';

const MESSAGES: Readonly<Record<string, [code: 'file.not-found' | 'file.unreadable', message: string]>> = {
  ENOENT: ['file.not-found', 'does not exist. Was it moved or deleted?'],
  ENOTDIR: ['file.not-found', 'does not exist. Was it moved or deleted?'],
  EACCES: ['file.unreadable', 'may not be read: its permissions forbid it.'],
  EPERM: ['file.unreadable', 'may not be read: its permissions forbid it.'],
};

/**
 * A failure of the file system in words: `file.not-found` or `file.unreadable`. Errors of ours pass through.
 * @param name base name of the file
 */
export function fileError(name: string, error: unknown): HifuseError {
  if (error instanceof HifuseError) return error;
  const cause = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const [code, message] = MESSAGES[cause] ?? ['file.unreadable', `cannot be read (${cause}). Is the drive connected?`];
  return new HifuseError(code, `${name} ${message}`);
}

/**
 * To be asked before a file is opened: opening a pipe would wait until somebody writes into it.
 * @throws HifuseError `file.unreadable` for what is no regular file
 */
export function requireFile(name: string, status: Stats): void {
  if (!status.isFile()) throw new HifuseError('file.unreadable', `${name} is a folder or device, not a file.`);
}

/** As {@link requireFile}. @throws HifuseError `file.empty`, too */
export function requireContent(name: string, status: Stats): void {
  requireFile(name, status);
  if (status.size === 0) throw new HifuseError('file.empty', `${name} is empty.`);
}
