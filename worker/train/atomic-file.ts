import { open, rename } from 'node:fs/promises';
import { foreignText, HifuseError } from '../../models/errors.ts';

/**
 * Writes a file whole or not at all: under another name first, flushed to the disk, then renamed.
 *
 * @throws HifuseError `file.write-failed`
 */
export async function writeAtomically(file: string, data: string | Uint8Array): Promise<void> {
  const draft = `${file}.draft`;
  try {
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    throw new HifuseError('file.write-failed', { reason: 'training', file, message: foreignText(error) });
  }
}
