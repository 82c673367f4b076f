import { layoutOf, unpackCells } from '../samples.ts';
import type { Codec } from './codec.ts';

/** Encapsulated Uncompressed (PS3.5 A.4.11): native little endian pixels in fragments. */
export const uncompressed: Codec = (bytes, description) => {
  const { rows, columns, samplesPerPixel, bitsAllocated, signed } = description;
  const { subsampled, bitsPerFrame } = layoutOf({ ...description, frames: 1 }, bytes.byteLength);
  if (bytes.byteLength < Math.ceil(bitsPerFrame / 8)) throw new Error('it has fewer bytes than its size needs');
  return {
    rows,
    columns,
    samplesPerPixel,
    samples: unpackCells(bytes, description, { subsampled, littleEndian: true, shift: 0 }),
    bits: bitsAllocated,
    signed,
    photometric: null,
    lossy: false,
  };
};
