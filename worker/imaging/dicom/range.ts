import type { Frame, PixelArray } from '../../../models/imaging/frame.ts';
import type { PixelDescription } from './pixels.ts';

export interface Range {
  minimum: number;
  maximum: number;
}

/** Share of the pixels that an automatic window may leave out at each end: labels, metal, dead pixels. */
const OUTLIERS = 0.005;
const MAX_HISTOGRAM = 65536;

/** Smallest and largest finite value, padding left out; of all values where all are padding. */
export function rangeOf(pixels: PixelArray, padding: Frame['padding']): Range {
  let minimum = Infinity;
  let maximum = -Infinity;
  for (const value of pixels) {
    if (padding && value >= padding.low && value <= padding.high) continue;
    if (value < minimum && value !== -Infinity) minimum = value;
    if (value > maximum && value !== Infinity) maximum = value;
  }
  if (minimum <= maximum) return { minimum, maximum };
  return padding ? rangeOf(pixels, null) : { minimum: 0, maximum: 0 };
}

/**
 * What to show where the file names no window: 8 bits as they are; otherwise all values but the outermost half percent
 * at either end, unless that leaves nothing.
 */
export function automaticRange(
  pixels: PixelArray,
  padding: Frame['padding'],
  range: Range,
  { bitsStored, signed, kind }: Pick<PixelDescription, 'bitsStored' | 'signed' | 'kind'>,
): Range {
  if (kind === 'integer' && bitsStored <= 8 && !signed && range.maximum < 2 ** bitsStored) {
    return { minimum: 0, maximum: 2 ** bitsStored - 1 };
  }
  const bins = range.maximum - range.minimum + 1;
  if (kind !== 'integer' || bins > MAX_HISTOGRAM) return range;
  const histogram = new Uint32Array(bins);
  let total = 0;
  for (const value of pixels) {
    if (padding && value >= padding.low && value <= padding.high) continue;
    histogram[value - range.minimum]!++;
    total++;
  }
  const allowed = total * OUTLIERS;
  let low = 0;
  for (let sum = histogram[0]!; sum <= allowed && low < bins - 1; sum += histogram[++low]!);
  let high = bins - 1;
  for (let sum = histogram[high]!; sum <= allowed && high > 0; sum += histogram[--high]!);
  return low < high ? { minimum: range.minimum + low, maximum: range.minimum + high } : range;
}
