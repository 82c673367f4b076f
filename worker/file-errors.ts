/** What can be wrong with a file that the reader named, in the same words for pictures, checkpoints and packages. */
import type { Stats } from 'node:fs';
import { HifuseError } from '../models/errors.ts';

/** What the system's codes say of a file; everything else is told by its code. */
const REASONS: Readonly<Record<string, (file: string) => HifuseError>> = {
  ENOENT: (file) => new HifuseError('file.not-found', { reason: 'gone', file }),
  ENOTDIR: (file) => new HifuseError('file.not-found', { reason: 'gone', file }),
  EACCES: (file) => new HifuseError('file.unreadable', { reason: 'permission', file }),
  EPERM: (file) => new HifuseError('file.unreadable', { reason: 'permission', file }),
};

/**
 * A failure of the file system in words: `file.not-found` or `file.unreadable`. Errors of ours pass through.
 * @param name base name of the file
 */
export function fileError(name: string, error: unknown): HifuseError {
  if (error instanceof HifuseError) return error;
  const cause = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return REASONS[cause]?.(name) ?? new HifuseError('file.unreadable', { reason: 'cause', file: name, message: cause });
}

/**
 * To be asked before a file is opened: opening a pipe would wait until somebody writes into it.
 * @throws HifuseError `file.unreadable` for what is no regular file
 */
export function requireFile(name: string, status: Stats): void {
  if (!status.isFile()) throw new HifuseError('file.unreadable', { reason: 'no-file', file: name });
}

/** As {@link requireFile}. @throws HifuseError `file.empty`, too */
export function requireContent(name: string, status: Stats): void {
  requireFile(name, status);
  if (status.size === 0) throw new HifuseError('file.empty', { reason: 'file', file: name });
}
