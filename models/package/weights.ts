import { HifuseError } from '../errors.ts';
import { relativePositionIndex } from '../hifuse/relative-position.ts';
import { checkShapes, releasedParameters, type StateDict, type Tensor } from '../hifuse/state-dict.ts';
import { DTYPES } from './dtypes.ts';
import { narrowFloat16 } from './float16.ts';
import type { Manifest } from './manifest.ts';
import { LazyState } from './lazy-state.ts';
import { encodeSafetensors, headerLength, LENGTH_BYTES, parseHeader, type RawTensor } from './safetensors.ts';

/** The weight file of a package: released names, see the formats in the manifest's documentation. */
export interface EncodedWeights {
  bytes: Uint8Array<ArrayBuffer>;
  dtype: Manifest['weights']['dtype'];
}

/**
 * Writes the weight file: float16 for matrices and filters, float32 for vectors (norms, biases, statistics: few, and their
 * range is large), the relative position index as int64. Where a value is beyond float16's range, all stay float32.
 *
 * @param state released names; those that the network does not use are kept where they are there
 */
export function encodeWeights(
  state: StateDict,
  { architecture, classes }: Pick<Manifest, 'architecture' | 'classes'>,
): EncodedWeights {
  const dtype = fitsFloat16(state) ? 'float16' : 'float32';
  const index = bytesOf(BigInt64Array.from(relativePositionIndex(architecture.window), BigInt));
  const tensors = new Map<string, RawTensor>();
  for (const [name, { shape, kind }] of releasedParameters(architecture, classes.length)) {
    const tensor = state.get(name);
    if (kind === 'index') tensors.set(name, { dtype: 'I64', shape, bytes: index });
    else if (tensor) tensors.set(name, encodeTensor(tensor, dtype));
  }
  return { bytes: encodeSafetensors(tensors), dtype };
}

/** Largest finite binary16. */
const FLOAT16_MAXIMUM = 65504;

function isMatrix({ shape }: Tensor): boolean {
  return shape.length >= 2;
}

function fitsFloat16(state: StateDict): boolean {
  for (const tensor of state.values()) {
    if (isMatrix(tensor) && largestMagnitude(tensor.data) > FLOAT16_MAXIMUM) return false;
  }
  return true;
}

function largestMagnitude(data: Float32Array): number {
  let largest = 0;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- ten times slower over 100 million weights
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!));
  return largest;
}

function encodeTensor(tensor: Tensor, dtype: EncodedWeights['dtype']): RawTensor {
  return isMatrix(tensor) && dtype === 'float16'
    ? { dtype: 'F16', shape: tensor.shape, bytes: bytesOf(narrowFloat16(tensor.data)) }
    : { dtype: 'F32', shape: tensor.shape, bytes: bytesOf(tensor.data) };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes of a weight file by range. */
export interface WeightBytes {
  readonly size: number;
  /** Exactly `length` bytes from `offset` on. */
  read(offset: number, length: number): Uint8Array;
}

/**
 * Opens a weight file and checks every name, shape and value.
 *
 * @returns the parameters that the network uses. Each is read and widened to float32 when it is asked for, every time
 *   anew, and not kept: whoever records a network holds one parameter at a time
 * @throws HifuseError `checkpoint.corrupt`, `checkpoint.not-hifuse`, `model.*`, naming the tensor
 */
export function openWeights(
  file: WeightBytes,
  { architecture, classes }: Pick<Manifest, 'architecture' | 'classes'>,
  subject: string,
): StateDict {
  const length = headerLength(file.read(0, Math.min(LENGTH_BYTES, file.size)), file.size, subject);
  const tensors = parseHeader(file.read(LENGTH_BYTES, length), file.size, subject);
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  checkShapes(shapes, architecture, classes.length, subject);

  const read = (name: string): RawTensor => {
    const { dtype, shape, begin, end } = tensors.get(name)!;
    return { dtype, shape, bytes: file.read(begin, end - begin) };
  };
  const tensorOf = (name: string): Tensor => ({
    shape: tensors.get(name)!.shape,
    data: decodeTensor(name, read(name), subject),
  });
  const used: string[] = [];
  for (const [name, spec] of releasedParameters(architecture, classes.length)) {
    if (!tensors.has(name)) continue;
    if (spec.kind === 'index') requireIndex(name, read(name), architecture.window, subject);
    else if (spec.unused === null) used.push(name);
  }
  for (const name of used) tensorOf(name); // for its errors
  return new LazyState(used, tensorOf);
}

/** The same of a file in memory. */
export function decodeWeights(
  file: Uint8Array,
  manifest: Pick<Manifest, 'architecture' | 'classes'>,
  subject: string,
): StateDict {
  return openWeights(inMemory(file), manifest, subject);
}

export function inMemory(file: Uint8Array): WeightBytes {
  return { size: file.length, read: (offset, length) => file.subarray(offset, offset + length) };
}

/**
 * Elements of a parameter as float32.
 *
 * @throws HifuseError `checkpoint.not-hifuse` where they are integers, `checkpoint.corrupt` where one is no finite number
 */
export function decodeTensor(name: string, { dtype, bytes }: RawTensor, subject: string): Float32Array<ArrayBuffer> {
  const { toFloat32 } = DTYPES[dtype];
  if (!toFloat32) {
    throw new HifuseError('checkpoint.not-hifuse', { reason: 'dtype', file: subject, name, dtype });
  }
  // A copy of its own: aligned, and it does not keep the whole file in memory.
  const data = toFloat32(bytes.slice().buffer);
  if (!allFinite(data)) {
    throw new HifuseError('checkpoint.corrupt', { reason: 'not-finite', file: subject, name });
  }
  return data;
}

function allFinite(data: Float32Array): boolean {
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- ten times slower over 100 million weights
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) return false;
  }
  return true;
}

/**
 * Makes sure that a stored index is the one that the network computes.
 *
 * @throws HifuseError `checkpoint.not-hifuse`
 */
export function requireIndex(name: string, { dtype, bytes }: RawTensor, window: number, subject: string): void {
  const expected = relativePositionIndex(window);
  const buffer = bytes.slice().buffer;
  const stored = dtype === 'I64' ? new BigInt64Array(buffer) : dtype === 'I32' ? new Int32Array(buffer) : null;
  if (!stored || stored.length !== expected.length || !expected.every((value, i) => Number(stored[i]) === value)) {
    throw new HifuseError('checkpoint.not-hifuse', { reason: 'index', file: subject, name, window });
  }
}
