import { warning, type Warning } from '../../../models/warnings.ts';
import { HifuseError } from '../../../models/errors.ts';
import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { ReadableBytes } from '../image-file.ts';
import type { Dicom, PixelElement } from './parse.ts';
import type { PixelDescription } from './pixels.ts';
import { allocateSamples, extractStoredBits } from './samples.ts';

/** Share of a frame that may be missing at its end: a writer's slip, not a broken transfer. */
const TOLERATED_LOSS = 0.01;

/**
 * Reads one frame of native (uncompressed) pixel data: rows*columns*samples stored values, interleaved. A frame that
 * lacks its last few bytes is filled with zeros and a warning; throws `dicom.corrupt` where more are missing.
 */
export function readNativeFrame(
  source: ReadableBytes,
  dicom: Dicom,
  pixels: PixelElement,
  description: PixelDescription,
  frame: number,
): { samples: PixelArray; warnings: readonly Warning[] } {
  const littleEndian = dicom.attributes.reading.littleEndian && !dicom.syntax.bigEndianPixels;
  const { subsampled, bitsPerFrame } = layoutOf(pixels, description);
  const firstBit = bitsPerFrame * frame;
  const first = Math.floor(firstBit / 8);
  const length = Math.ceil((firstBit + bitsPerFrame) / 8) - first;
  const available = Math.min(length, Math.min(source.size - pixels.offset, pixels.length ?? 0) - first);
  if (available < length * (1 - TOLERATED_LOSS)) {
    const there = Math.max(0, available);
    throw new HifuseError(
      'dicom.corrupt',
      `${source.name} is cut off: frame ${frame + 1} needs ${length} bytes, ${there} are there. Ask for the file again.`,
    );
  }
  const swapped = !littleEndian && description.bitsAllocated === 8 && pixels.vr === 'OW';
  const bytes = new Uint8Array(length);
  bytes.set((swapped ? readSwapped : readPlain)(source, pixels.offset, first, available));
  const count = description.rows * description.columns * description.samplesPerPixel;
  return {
    samples: unpack(bytes, description, count, { subsampled, littleEndian, shift: firstBit - first * 8 }),
    warnings: available < length ? [warning('dicom.bytes-missing', { count: length - available })] : [],
  };
}

interface Packing {
  subsampled: boolean;
  littleEndian: boolean;
  /** First bit of a frame of one-bit pixels in its first byte. */
  shift: number;
}

function unpack(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  count: number,
  { subsampled, littleEndian, shift }: Packing,
): PixelArray {
  if (description.bitsAllocated === 1) return unpackBits(bytes, shift, count);
  if (subsampled) return expand422(bytes, description);
  const samples = cells(bytes, description, count, littleEndian);
  extractStoredBits(samples, description);
  return description.planar ? interleave(samples, description) : samples;
}

const readPlain = (source: ReadableBytes, offset: number, first: number, length: number) =>
  source.read(offset + first, length);

/** Bytes that were written as big endian words: the bytes of each pair are swapped (PS3.5 8.2). */
function readSwapped(source: ReadableBytes, offset: number, first: number, length: number): Uint8Array {
  const start = first & ~1;
  const words = source.read(offset + start, (first + length + 1 - start) & ~1);
  const bytes = words.map((byte, i) => words[i ^ 1] ?? byte);
  return bytes.subarray(first - start, first - start + length);
}

interface Layout {
  bitsPerFrame: number;
  /** Two pixels share their colour: Y Y Cb Cr. */
  subsampled: boolean;
}

function layoutOf(pixels: PixelElement, description: PixelDescription): Layout {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometric, frames } = description;
  const full = rows * columns * samplesPerPixel * bitsAllocated;
  const claims422 = photometric === 'YBR_FULL_422' || photometric === 'YBR_PARTIAL_422';
  // Writers say 422 and store full samples; the length tells.
  const isFull = (pixels.length ?? 0) * 8 >= full * frames;
  if (!claims422 || bitsAllocated !== 8 || isFull) return { bitsPerFrame: full, subsampled: false };
  return { bitsPerFrame: rows * Math.ceil(columns / 2) * 4 * 8, subsampled: true };
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

/** Planar Configuration 1 -> 0. */
function interleave(planes: PixelArray, description: PixelDescription): PixelArray {
  const { rows, columns, samplesPerPixel } = description;
  const size = rows * columns;
  const samples = allocateSamples(description, planes.length);
  for (let plane = 0; plane < samplesPerPixel; plane++) {
    for (let i = 0; i < size; i++) samples[i * samplesPerPixel + plane] = planes[plane * size + i]!;
  }
  return samples;
}
