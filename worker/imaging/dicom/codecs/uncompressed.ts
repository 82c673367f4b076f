import { allocateSamples } from '../samples.ts';
import type { Codec } from './codec.ts';

/** Encapsulated Uncompressed (PS3.5 A.4.11): native little endian pixels in fragments. */
export const uncompressed: Codec = (bytes, description) => {
  const { rows, columns, samplesPerPixel, bitsAllocated, signed } = description;
  const samples = allocateSamples(description, rows * columns * samplesPerPixel);
  if (bytes.byteLength < samples.byteLength) throw new Error('it has fewer bytes than its size needs');
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
  return {
    rows,
    columns,
    samplesPerPixel,
    samples,
    bits: bitsAllocated,
    signed,
    photometric: null,
    lossy: false,
    complete: true,
  };
};
