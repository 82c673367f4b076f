import { createHash } from 'node:crypto';
import type { FrameContent, PixelArray } from '../../models/imaging/frame.ts';
import type { Inspection } from '../protocol.ts';
import type { ImageFile } from './image-file.ts';

type Summary = NonNullable<Inspection['frame0']>;

const DTYPES: readonly [new (length: number) => PixelArray, Summary['dtype']][] = [
  [Uint8Array, 'uint8'],
  [Int8Array, 'int8'],
  [Uint16Array, 'uint16'],
  [Int16Array, 'int16'],
  [Uint32Array, 'uint32'],
  [Int32Array, 'int32'],
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
];

/** SHA-256 of values in little endian; every platform that Node runs on is. */
function sha256Of({ buffer, byteOffset, byteLength }: PixelArray): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

/** Of what file and stored values a frame is. */
export function contentOf(file: ImageFile, values: PixelArray): FrameContent {
  return { sha256: sha256Of(values), fileVersion: file.version };
}

/** What `hifuse inspect` says of values: SHA-256 of their little-endian bytes, shape, type, range and mean. */
export function summarize(values: PixelArray, shape: number[]): Summary {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const dtype = DTYPES.find(([type]) => values instanceof type)![1];
  return { sha256: sha256Of(values), shape, dtype, min, max, mean: sum / values.length };
}
