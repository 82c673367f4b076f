import { DTYPES } from '../../models/package/dtypes.ts';
import type { RawTensor } from '../../models/package/safetensors.ts';
import { HifuseError } from '../../models/errors.ts';
import { toRowMajor } from './strided.ts';
import { extent, type StorageRef, type TensorRef } from './torch-globals.ts';

/** What torch.save wrote, in either form: the object, and the storages that its tensors refer to. */
export interface TorchFile {
  /** For the reader. */
  format: string;
  root: unknown;
  /** Elements of a storage; `first` counts from where the storage reference begins. */
  readStorage(storage: StorageRef, first: number, count: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Largest run of bytes that is read for one tensor: the largest of HiFuse base has 191 MB. */
const RUN_LIMIT = 2 ** 30;

/**
 * Reads a tensor's values into row-major order.
 *
 * @throws HifuseError `checkpoint.corrupt`, `file.too-large`, `file.unreadable`
 */
export async function readTensor(file: TorchFile, tensor: TensorRef, subject: string): Promise<RawTensor> {
  const { storage, shape, stride, offset } = tensor;
  const { bytes: size } = DTYPES[storage.dtype];
  const count = extent(tensor);
  if (count * size > RUN_LIMIT) {
    throw new HifuseError('file.too-large', { reason: 'run', file: subject, size: count * size, limit: RUN_LIMIT });
  }
  const run = await file.readStorage(storage, offset, count);
  return { dtype: storage.dtype, shape, bytes: toRowMajor(run, shape, stride, size) };
}
