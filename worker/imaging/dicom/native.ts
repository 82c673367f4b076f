import { warning, type Warning } from '../../../models/warnings.ts';
import { HifuseError } from '../../../models/errors.ts';
import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { ReadableBytes } from '../image-file.ts';
import type { Dicom, PixelElement } from './parse.ts';
import type { PixelDescription } from './pixel-description.ts';
import { extractStoredBits, layoutOf, TOLERATED_LOSS, unpackCells } from './samples.ts';

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
  const { subsampled, bitsPerFrame } = layoutOf(description, pixels.length ?? 0);
  const firstBit = bitsPerFrame * frame;
  const first = Math.floor(firstBit / 8);
  const length = Math.ceil((firstBit + bitsPerFrame) / 8) - first;
  const available = Math.min(length, Math.min(source.size - pixels.offset, pixels.length ?? 0) - first);
  if (available < length * (1 - TOLERATED_LOSS)) {
    const there = Math.max(0, available);
    throw new HifuseError('dicom.corrupt', {
      reason: 'frame-short',
      file: source.name,
      frame: frame + 1,
      needed: length,
      there,
    });
  }
  const swapped = !littleEndian && description.bitsAllocated === 8 && pixels.vr === 'OW';
  const bytes = new Uint8Array(length);
  bytes.set((swapped ? readSwapped : readPlain)(source, pixels.offset, first, available));
  const samples = unpackCells(bytes, description, { subsampled, littleEndian, shift: firstBit - first * 8 });
  extractStoredBits(samples, description);
  return {
    samples,
    warnings: available < length ? [warning('dicom.bytes-missing', { count: length - available })] : [],
  };
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
