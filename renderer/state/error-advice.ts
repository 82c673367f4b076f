/** What the reader can do about an error, where the error's own message leaves that open. */
import type { ErrorCode } from '../../models/errors.ts';

const ADVICE: Partial<Record<ErrorCode, string>> = {
  'file.not-found': 'Was it moved, or the drive taken out? Open it again from where it is now.',
  'file.unreadable': 'Check that you may read the file, then open it again.',
  'file.empty': 'Copy or export the file again.',
  'image.corrupt': 'Copy or export the file again from where it came from.',
  'image.timeout': 'The file may be damaged. The other images are not affected.',
  'dicom.corrupt': 'Copy or export the file again from the archive it came from.',
  'dicom.no-pixel-data': 'It holds no image, so there is nothing to show or classify.',
  'dicom.unsupported-syntax': 'Ask the archive for the same image uncompressed, or as JPEG 2000.',
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
