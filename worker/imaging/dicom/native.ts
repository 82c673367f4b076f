import { HifuseError } from '../../../models/errors.ts';
import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Dicom, PixelElement } from './parse.ts';
import type { PixelDescription } from './pixels.ts';
import { allocateSamples, extractStoredBits } from './samples.ts';

/**
 * Reads one frame of native (uncompressed) pixel data: rows*columns*samples stored values, interleaved.
 * Throws `dicom.corrupt` where the file holds fewer bytes than the frame needs.
 */
export function readNativeFrame(
  source: ByteSource,
  dicom: Dicom,
  pixels: PixelElement,
  description: PixelDescription,
  frame: number,
): PixelArray {
  const layout = layoutOf(pixels, description);
  const bits = layout.bitsPerFrame;
  const firstBit = bits * frame;
  const first = Math.floor(firstBit / 8);
  const length = Math.ceil((firstBit + bits) / 8) - first;
  const available = Math.min(source.size - pixels.offset, pixels.length ?? 0) - first;
  if (available < length) {
    throw new HifuseError(
      'dicom.corrupt',
      `${source.name} is cut off: frame ${String(frame + 1)} needs ${String(length)} bytes, ${String(Math.max(0, available))} are there. Ask for the file again.`,
    );
  }
  const bytes = source.read(pixels.offset + first, length);
  if (bytes.byteLength < length)
    throw new HifuseError('dicom.corrupt', `${source.name} was cut off while it was read.`);
  const count = description.rows * description.columns * description.samplesPerPixel;
  if (description.bitsAllocated === 1) return unpackBits(bytes, firstBit - first * 8, count);
  const littleEndian = dicom.attributes.reading.littleEndian;
  if (!littleEndian && description.bitsAllocated === 8 && pixels.vr === 'OW') swapPairs(bytes);
  if (layout.subsampled) return expand422(bytes, description);
  const samples = cells(bytes, description, count, littleEndian);
  extractStoredBits(samples, description);
  return description.planar ? interleave(samples, description) : samples;
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

/** Bytes as words of big endian files: each pair is swapped (PS3.5 8.2). */
function swapPairs(bytes: Uint8Array): void {
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const first = bytes[i]!;
    bytes[i] = bytes[i + 1]!;
    bytes[i + 1] = first;
  }
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
