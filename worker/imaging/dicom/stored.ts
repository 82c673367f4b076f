import { warning, type Warning } from '../../../models/warnings.ts';
import { foreignText, HifuseError } from '../../../models/errors.ts';
import type { PixelArray } from '../../../models/imaging/frame.ts';
import { startClock } from '../clock.ts';
import { LIMITS } from '../limits.ts';
import { isOutOfMemory, outOfMemory } from '../memory.ts';
import { bytesInMemory, type ReadableBytes } from '../image-file.ts';
import { UnsupportedStream, type Codec, type DecodedSamples, type StreamFlaw } from './codecs/codec.ts';
import { indexFrames, readFragments, type FrameIndex } from './encapsulated.ts';
import { readNativeFrame } from './native.ts';
import type { Dicom, PixelElement } from './parse.ts';
import type { PixelDescription } from './pixel-description.ts';
import { describePixels, framesOf } from './pixels.ts';
import { allocateSamples, extractStoredBits } from './samples.ts';

/** Stored values of one frame: decompressed, before any LUT and before YBR becomes RGB. */
export interface StoredFrame {
  /** Of the samples: what the stream itself says of colours and sign goes before the header. */
  description: PixelDescription;
  /** rows*columns*samplesPerPixel, interleaved. */
  samples: PixelArray;
  /** Something was lost when the file was made: its syntax, its stream or its header says so. */
  lossy: boolean;
  warnings: readonly Warning[];
}

/** Frame indices of files whose header is kept, so that the next frame need not scan again. */
const indices = new WeakMap<Dicom, FrameIndex>();

/**
 * Decodes one frame to stored values. Throws `dicom.*`, `image.too-large`, `image.no-such-frame`.
 */
export async function readStoredFrame(file: ReadableBytes, dicom: Dicom, frame: number): Promise<StoredFrame> {
  const { codec, name, lossy, rate } = dicom.syntax;
  if (codec && 'unsupported' in codec) {
    // JPIP and video may lack the pixel data that a description starts from; what holds no image has no rows either.
    if (!dicom.attributes.has('Rows')) describePixels(dicom);
    throw new HifuseError('dicom.unsupported-syntax', {
      reason: 'codec',
      file: file.name,
      syntax: name,
      diagnosis: codec.unsupported,
    });
  }
  const description = describePixels(dicom);
  if (!Number.isInteger(frame) || frame < 0 || frame >= description.frames) {
    throw new HifuseError('image.no-such-frame', {
      reason: 'frames',
      file: file.name,
      count: description.frames,
      frame: frame + 1,
    });
  }
  const headerSaysLossy = dicom.attributes.string('LossyImageCompression') === '01';
  const pixels = dicom.pixels!;
  const declared = framesOf(dicom.attributes);
  const known = [
    ...dicom.warnings,
    ...(declared > description.frames
      ? [warning('dicom.frames-missing', { declared, count: description.frames })]
      : []),
  ];
  const source = dicom.body ? bytesInMemory(file.name, dicom.body) : file;
  if (!codec || isNativeAfterAll(pixels, description)) {
    if (pixels.length === null) {
      throw new HifuseError('dicom.unsupported-syntax', { reason: 'unnamed', file: file.name, syntax: name });
    }
    const { samples, warnings } = readNativeFrame(source, dicom, pixels, description, frame);
    return { description, samples, lossy: headerSaysLossy, warnings: [...known, ...warnings] };
  }
  const { rows, columns, samplesPerPixel } = description;
  if (rows * columns * samplesPerPixel > LIMITS.compressedSamplesPerFrame) {
    throw new HifuseError('image.too-large', { reason: 'compressed', file: file.name, columns, rows });
  }
  const bytes = compressedFrame(source, dicom, pixels, description, frame);
  startClock(rows * columns * samplesPerPixel, rate);
  const decoded = await decode(bytes, description, codec, {
    file: file.name,
    frame: frame + 1,
    syntax: name,
  });
  const { warnings, ...stored } = conform(decoded, description);
  return { ...stored, lossy: lossy || decoded.lossy || headerSaysLossy, warnings: [...known, ...warnings] };
}

/** A compressed syntax with pixel data of exactly the native length: the writer forgot to change the syntax. */
function isNativeAfterAll({ length }: PixelElement, description: PixelDescription): boolean {
  if (length === null) return false;
  const { rows, columns, samplesPerPixel, bitsAllocated, frames } = description;
  const native = Math.ceil((rows * columns * samplesPerPixel * bitsAllocated * frames) / 8);
  return length === native + (native & 1);
}

function compressedFrame(
  source: ReadableBytes,
  dicom: Dicom,
  pixels: PixelElement,
  description: PixelDescription,
  frame: number,
): Uint8Array<ArrayBuffer> {
  if (pixels.length !== null) return readFragments(source, [{ offset: pixels.offset, length: pixels.length }], frame);
  let index = indices.get(dicom);
  if (!index) indices.set(dicom, (index = indexFrames(source, dicom, pixels, description.frames)));
  return readFragments(source, index.fragments(frame), frame);
}

async function decode(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  load: () => Promise<Codec>,
  label: { file: string; frame: number; syntax: string },
): Promise<DecodedSamples> {
  const codec = await load();
  try {
    const decoded = await codec(bytes, description);
    if (decoded.bits > Math.max(8, description.bitsAllocated)) {
      throw new UnsupportedStream(`its samples of ${decoded.bits} bits exceed Bits Allocated`);
    }
    return decoded;
  } catch (error) {
    if (error instanceof HifuseError) throw error;
    if (isOutOfMemory(error)) throw outOfMemory(label.file);
    const details = { reason: 'not-decoded', ...label, message: foreignText(error) } as const;
    throw error instanceof UnsupportedStream
      ? new HifuseError('dicom.unsupported-pixels', details)
      : new HifuseError('dicom.corrupt', details);
  }
}

const FLAWS: Readonly<Record<StreamFlaw, Warning>> = {
  cut: warning('dicom.end-missing'),
  damaged: warning('image.damaged'),
};

/** Brings what a codec gave into the cells that the header declares. */
function conform(decoded: DecodedSamples, declared: PixelDescription): Omit<StoredFrame, 'lossy'> {
  // Signed values in a stream are negative numbers, whatever the header says of them.
  const signed = declared.signed || decoded.signed;
  const photometric = decoded.photometric ?? declared.photometric;
  const description = { ...declared, signed, photometric };
  const samples = cellsOf(description, decoded.samples);
  // A stream of fewer bits than stored, or exactly as many, holds values, not cells.
  const cell = decoded.bits > description.bitsStored;
  extractStoredBits(samples, cell ? description : { ...description, highBit: description.bitsStored - 1 });
  const contradiction = declared.photometric === 'RGB' && photometric !== 'RGB';
  return {
    description,
    samples,
    warnings: [
      ...(signed === declared.signed ? [] : [warning('dicom.sign-contradiction')]),
      ...(contradiction ? [warning('dicom.colour-contradiction')] : []),
      ...(decoded.flaw ? [FLAWS[decoded.flaw]] : []),
    ],
  };
}

/** Samples of a codec in the cells of the header; without a copy where these are as wide. */
function cellsOf(description: PixelDescription, decoded: PixelArray): PixelArray {
  const empty = allocateSamples(description, 0);
  const aligned = decoded.byteOffset % decoded.BYTES_PER_ELEMENT === 0;
  if (empty.BYTES_PER_ELEMENT === decoded.BYTES_PER_ELEMENT && aligned && empty.BYTES_PER_ELEMENT <= 2) {
    const Cells = empty.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => PixelArray;
    return new Cells(decoded.buffer, decoded.byteOffset, decoded.length);
  }
  const samples = allocateSamples(description, decoded.length);
  samples.set(decoded);
  return samples;
}
