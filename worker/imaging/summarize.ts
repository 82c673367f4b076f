import { createHash } from 'node:crypto';
import type { PixelArray } from '../../models/imaging/frame.ts';
import type { Inspection } from '../protocol.ts';

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
  // Every platform that Node runs on is little endian.
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const dtype = DTYPES.find(([type]) => values instanceof type)![1];
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, shape, dtype, min, max, mean: sum / values.length };
}
