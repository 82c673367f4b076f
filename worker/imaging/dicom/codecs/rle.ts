import { allocateSamples } from '../samples.ts';
import type { Codec } from './codec.ts';

const HEADER = 64;

/**
 * RLE Lossless (PS3.5 G): one segment per byte of each sample, most significant byte first, each packed as PackBits.
 */
export const rle: Codec = (bytes, description) => {
  const { rows, columns, samplesPerPixel, bitsAllocated, signed } = description;
  const samples = allocateSamples(description, rows * columns * samplesPerPixel);
  const width = samples.BYTES_PER_ELEMENT;
  if (bytes.byteLength < HEADER) throw new Error('its RLE header is cut off');
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const segments = header.getUint32(0, true);
  if (segments !== samplesPerPixel * width) {
    throw new Error(`it has ${segments} RLE segments where ${samplesPerPixel * width} belong`);
  }
  const target = new Uint8Array(samples.buffer);
  for (let segment = 0; segment < segments; segment++) {
    const start = header.getUint32(4 + segment * 4, true);
    const end = segment + 1 < segments ? header.getUint32(8 + segment * 4, true) : bytes.byteLength;
    if (start < HEADER || start > end || end > bytes.byteLength)
      throw new Error('an RLE segment lies outside its data');
    const sample = Math.floor(segment / width);
    const byte = width - 1 - (segment % width); // cells are little endian here
    unpack(bytes.subarray(start, end), target, sample * width + byte, samplesPerPixel * width);
  }
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

/** Unpacks PackBits into every `stride`-th byte from `first`. */
function unpack(packed: Uint8Array, target: Uint8Array, first: number, stride: number): void {
  let out = first;
  let at = 0;
  while (at < packed.length && out < target.length) {
    const control = packed[at++]!;
    if (control < 128) {
      const end = Math.min(at + control + 1, packed.length);
      while (at < end && out < target.length) {
        target[out] = packed[at++]!;
        out += stride;
      }
    } else if (control > 128) {
      const value = packed[at++] ?? 0;
      for (let count = 257 - control; count > 0 && out < target.length; count--) {
        target[out] = value;
        out += stride;
      }
    }
  }
  if (out < target.length) throw new Error('an RLE segment is shorter than its image');
}
