/** What every picture decoder hands over, and how that becomes a Frame. */
import type { Warning } from '../../../models/warnings.ts';
import { orient, type Raster } from '../../../models/imaging/exif-orientation.ts';
import type { Frame, PixelArray } from '../../../models/imaging/frame.ts';
import { windowOfRange } from '../../../models/imaging/voi.ts';

/** Samples as they lie in the file: one channel (any type) or three of 8 bits, interleaved. */
export interface Picture extends Raster<PixelArray> {
  channels: 1 | 3;
  exifOrientation: number;
  lossy: boolean;
  /** Three channels in sRGB where the file embeds another profile; oriented as the file is. */
  displayPixels: Uint8Array<ArrayBuffer> | null;
  warnings: readonly Warning[];
}

/** Smallest and largest number among the samples; what is no number is passed over. */
function range(pixels: PixelArray): { minimum: number; maximum: number } {
  let minimum = Infinity;
  let maximum = -Infinity;
  for (const value of pixels) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return minimum <= maximum ? { minimum, maximum } : { minimum: 0, maximum: 0 };
}

/** A picture as a frame: oriented for the display, with the range of its values and no invented geometry. */
export function pictureFrame(picture: Picture, contentOf: (pixels: PixelArray) => Frame['content']): Frame {
  const { exifOrientation } = picture;
  const { rows, columns, pixels } = orient<PixelArray>(picture, exifOrientation);
  const colour = picture.channels === 3 ? 'rgb' : 'grayscale';
  const bytes = pixels instanceof Uint8Array;
  const { minimum, maximum } = colour === 'rgb' ? { minimum: 0, maximum: 255 } : range(pixels);
  const displayPixels =
    picture.displayPixels && orient({ ...picture, pixels: picture.displayPixels }, exifOrientation).pixels;
  return {
    rows,
    columns,
    colour,
    pixels,
    rescale: { slope: 1, intercept: 0 },
    unit: '',
    voi: [],
    // 8 bits are grey levels already. Deeper files rarely fill their range (12-bit scans in 16 bits): show what is there.
    automaticWindow: bytes ? windowOfRange(0, 255, true) : windowOfRange(minimum, maximum, isIntegral(pixels)),
    invert: false,
    minimum,
    maximum,
    padding: null,
    pixelAspectRatio: 1,
    spacing: null,
    patientOrientation: null,
    plane: null,
    exifOrientation,
    picture: true,
    ...(displayPixels ? { displayPixels } : {}),
    content: contentOf(pixels),
    lossy: picture.lossy,
    warnings: picture.warnings,
  };
}

const isIntegral = (pixels: PixelArray): boolean => !(pixels instanceof Float32Array || pixels instanceof Float64Array);
