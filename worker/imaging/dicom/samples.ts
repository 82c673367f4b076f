import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { PixelDescription } from './pixel-description.ts';

/** Share of a frame that may be missing at its end: a writer's slip, not a broken transfer. */
export const TOLERATED_LOSS = 0.01;

/** An array for stored values: as wide as Bits Allocated says, signed as Pixel Representation says. */
export function allocateSamples({ kind, bitsAllocated, signed }: PixelDescription, length: number): PixelArray {
  if (kind === 'float') return new Float32Array(length);
  if (kind === 'double') return new Float64Array(length);
  if (bitsAllocated <= 8) return signed && bitsAllocated === 8 ? new Int8Array(length) : new Uint8Array(length);
  if (bitsAllocated === 16) return signed ? new Int16Array(length) : new Uint16Array(length);
  return signed ? new Int32Array(length) : new Uint32Array(length);
}

/**
 * Takes Bits Stored bits that end at High Bit out of each cell, and extends the sign: so nothing in the other bits
 * (overlays, garbage) leaks into values (PS3.5 8.1.1). In place: the array is the caller's own.
 */
export function extractStoredBits(
  samples: PixelArray,
  { kind, bitsAllocated, bitsStored, highBit, signed }: PixelDescription,
): void {
  if (kind !== 'integer' || bitsAllocated === 1 || bitsStored === bitsAllocated) return;
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  if (signed) for (let i = 0; i < samples.length; i++) samples[i] = (samples[i]! << left) >> right;
  else for (let i = 0; i < samples.length; i++) samples[i] = (samples[i]! << left) >>> right;
}

/** How a frame of native pixels stands in its bytes. */
export interface Layout {
  bitsPerFrame: number;
  /** Two pixels share their colour: Y Y Cb Cr. */
  subsampled: boolean;
}

/** @param available bytes of all frames: writers say 422 and store full samples, which the length tells */
export function layoutOf(description: PixelDescription, available: number): Layout {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometric, frames } = description;
  const full = rows * columns * samplesPerPixel * bitsAllocated;
  const claims422 = photometric === 'YBR_FULL_422' || photometric === 'YBR_PARTIAL_422';
  const isFull = available * 8 >= full * frames;
  if (!claims422 || bitsAllocated !== 8 || isFull) return { bitsPerFrame: full, subsampled: false };
  return { bitsPerFrame: rows * Math.ceil(columns / 2) * 4 * 8, subsampled: true };
}

interface Packing {
  subsampled: boolean;
  littleEndian: boolean;
  /** First bit of a frame of one-bit pixels in its first byte. */
  shift: number;
}

/** The cells of one frame of native pixels, interleaved; see {@link extractStoredBits} for the values in them. */
export function unpackCells(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  { subsampled, littleEndian, shift }: Packing,
): PixelArray {
  const count = description.rows * description.columns * description.samplesPerPixel;
  if (description.bitsAllocated === 1) return unpackBits(bytes, shift, count);
  if (subsampled) return expand422(bytes, description);
  const samples = cells(bytes, description, count, littleEndian);
  return description.planar ? interleave(samples, description.samplesPerPixel) : samples;
}

/** Bits of 1-bit images stand from the lowest up, frames without a gap (PS3.5 8.1.1). */
function unpackBits(bytes: Uint8Array, shift: number, count: number): PixelArray {
  const samples = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const bit = shift + i;
    samples[i] = (bytes[bit >> 3]! >> (bit & 7)) & 1;
  }
  return samples;
}

function cells(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  count: number,
  littleEndian: boolean,
): PixelArray {
  const samples = allocateSamples(description, count);
  const raw = new Uint8Array(samples.buffer);
  raw.set(bytes.subarray(0, raw.byteLength));
  if (!littleEndian) reverseCells(raw, samples.BYTES_PER_ELEMENT);
  return samples;
}

function reverseCells(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Each pair of pixels of a row: Y1 Y2 Cb Cr (PS3.3 C.7.6.3.1.2, YBR_FULL_422). */
function expand422(bytes: Uint8Array, { rows, columns }: PixelDescription): PixelArray {
  const samples = new Uint8Array(rows * columns * 3);
  const stride = Math.ceil(columns / 2) * 4;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const pair = row * stride + (column >> 1) * 4;
      const at = (row * columns + column) * 3;
      samples[at] = bytes[pair + (column & 1)]!;
      samples[at + 1] = bytes[pair + 2]!;
      samples[at + 2] = bytes[pair + 3]!;
    }
  }
  return samples;
}

/** Samples that stand plane by plane (Planar Configuration 1) -> pixel by pixel. */
export function interleave(planes: PixelArray, samplesPerPixel: number): PixelArray {
  const size = planes.length / samplesPerPixel;
  const samples = new (planes.constructor as new (length: number) => PixelArray)(planes.length);
  for (let plane = 0; plane < samplesPerPixel; plane++) {
    for (let i = 0; i < size; i++) samples[i * samplesPerPixel + plane] = planes[plane * size + i]!;
  }
  return samples;
}
