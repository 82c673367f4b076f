import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { foreignText, HifuseError } from '../../models/errors.ts';
import type { LoadedModel } from '../engines/engine.ts';

/**
 * Writes a model as a standalone ONNX file, whole or not at all.
 * @returns its size in bytes
 * @throws HifuseError `file.write-failed`
 */
export async function writeOnnx(model: LoadedModel, out: string): Promise<number> {
  // Only who exports pays for loading the compiler.
  const { exportOnnx } = await import('../engines/onnx/export.ts');
  const bytes = exportOnnx(model);
  const partial = path.join(path.dirname(out), `.${path.basename(out)}.partial`);
  try {
    await writeFile(partial, bytes);
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true });
    throw new HifuseError('file.write-failed', {
      reason: 'file',
      file: path.basename(out),
      problem: (error as NodeJS.ErrnoException).code ?? foreignText(error),
    });
  }
  return bytes.length;
}
