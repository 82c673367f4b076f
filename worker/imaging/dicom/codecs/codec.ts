import type { PixelArray } from '../../../../models/imaging/frame.ts';
import type { PixelDescription } from '../pixel-description.ts';

/**
 * 'cut': the stream lacks its end, and decoders fill what is missing with grey. 'damaged': its decoder met what cannot
 * be, and went on.
 */
export type StreamFlaw = 'cut' | 'damaged';

/** What came out of a compressed frame. */
export interface DecodedSamples {
  rows: number;
  columns: number;
  samplesPerPixel: number;
  /** rows*columns*samplesPerPixel, interleaved; wide enough for the stream's own precision and sign. */
  samples: PixelArray;
  /** The stream's own: bits of a sample, and whether it is signed. */
  bits: number;
  signed: boolean;
  /** What the stream says that its colours are (after what the decoder has undone); null: as the header says. */
  photometric: 'RGB' | 'YBR_FULL' | null;
  /** The stream lost information. */
  lossy: boolean;
  /** What is wrong with the stream though it could be decoded; absent if nothing. */
  flaw?: StreamFlaw | undefined;
}

/** A sound stream of a kind that is not supported. */
export class UnsupportedStream extends Error {}

/**
 * Decodes one compressed frame. Throws an Error whose message says what is wrong with the stream, and that
 * answers what was declared in size and samples per pixel; the caller adds the file and the code.
 */
export type Codec = (
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
) => DecodedSamples | Promise<DecodedSamples>;
