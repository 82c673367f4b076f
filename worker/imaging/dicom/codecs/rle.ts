import { allocateSamples } from '../samples.ts';
import type { Codec, DecodedSamples } from './codec.ts';

const HEADER = 64;
/** Control byte without a run. */
const NO_OPERATION = 128;

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
  let flaw: DecodedSamples['flaw'];
  for (let segment = 0; segment < segments; segment++) {
    const start = header.getUint32(4 + segment * 4, true);
    const end = segment + 1 < segments ? header.getUint32(8 + segment * 4, true) : bytes.byteLength;
    if (start < HEADER || start > end || end > bytes.byteLength)
      throw new Error('an RLE segment lies outside its data');
    const sample = Math.floor(segment / width);
    const byte = width - 1 - (segment % width); // cells are little endian here
    const exact = unpack(bytes.subarray(start, end), target, sample * width + byte, samplesPerPixel * width);
    if (!exact) flaw = 'damaged';
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
    flaw,
  };
};

/**
 * Unpacks PackBits into every `stride`-th byte from `first`. False where the last run gives more than belongs there, or
 * runs are left over (but for a byte or two of padding): a count is wrong somewhere, and what follows it is shifted.
 */
function unpack(packed: Uint8Array, target: Uint8Array, first: number, stride: number): boolean {
  let out = first;
  let at = 0;
  let over = false;
  while (at < packed.length && out < target.length) {
    const control = packed[at++]!;
    if (control < 128) {
      const end = Math.min(at + control + 1, packed.length);
      while (at < end && out < target.length) {
        target[out] = packed[at++]!;
        out += stride;
      }
      over = at < end;
    } else if (control > 128) {
      const value = packed[at++] ?? 0;
      let count = 257 - control;
      for (; count > 0 && out < target.length; count--) {
        target[out] = value;
        out += stride;
      }
      over = count > 0;
    }
  }
  if (out < target.length) throw new Error('an RLE segment is shorter than its image');
  return !over && packed.subarray(at + 1).every((byte) => byte === 0 || byte === NO_OPERATION);
}
