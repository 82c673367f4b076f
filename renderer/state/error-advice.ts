/** What the reader can do in this window about an error. What to do with a file, the message itself says. */
import type { ErrorCode } from '../../models/errors.ts';

const ADVICE: Partial<Record<ErrorCode, string>> = {
  'model.not-found': 'Choose another model in the top bar, or import one.',
  'model.invalid-package': 'Import the model again.',
  'model.hash-mismatch': 'The weights were changed after the import. Import the model again.',
  'engine.unavailable': 'Choose another device in the device panel.',
  'engine.failed': 'Choose the CPU in the device panel and try again.',
  'worker.crashed': 'Try again. If the same image ends the process again, leave it out.',
  'worker.timeout': 'Try again. If the same image hangs again, leave it out.',
};

export function adviceFor(code: ErrorCode): string {
  return ADVICE[code] ?? '';
}
