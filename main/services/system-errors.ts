import { foreignText } from '../../models/errors.ts';

/** What the system says went wrong, by its short name (ENOSPC, EACCES, ...) where it has one. */
export function problemOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? foreignText(error);
}
