import type { Frame, PixelArray } from '../../../models/imaging/frame.ts';
import type { PixelDescription } from './pixel-description.ts';

export interface Range {
  minimum: number;
  maximum: number;
}

/** What the values of a frame span, and what of it an automatic window shows. */
export interface Ranges {
  /** Smallest and largest finite value, padding left out; of all values where all are padding. */
  all: Range;
  /** All but the outermost half percent at either end: labels, metal, dead pixels. 8 bits are shown as they are. */
  shown: Range;
}

/** Share of the pixels that an automatic window may leave out at each end. */
const OUTLIERS = 0.005;
/** Values of 16 bits, signed or not, by their low 16 bits. */
const BINS = 65536;

/** Ranges of grayscale values. */
export function rangesOf(
  pixels: PixelArray,
  padding: Frame['padding'],
  { bitsStored, signed, kind }: Pick<PixelDescription, 'bitsStored' | 'signed' | 'kind'>,
): Ranges {
  const histogram = kind === 'integer' && pixels.BYTES_PER_ELEMENT <= 2 ? histogramOf(pixels) : null;
  const ranges = histogram
    ? fromHistogram(histogram, isSigned(pixels) ? -BINS / 2 : 0, padding)
    : fromValues(pixels, padding);
  const fits = kind === 'integer' && bitsStored <= 8 && !signed && ranges.all.maximum < 2 ** bitsStored;
  return fits ? { ...ranges, shown: { minimum: 0, maximum: 2 ** bitsStored - 1 } } : ranges;
}

const isSigned = (pixels: PixelArray): boolean => pixels instanceof Int8Array || pixels instanceof Int16Array;

function histogramOf(pixels: PixelArray): Uint32Array {
  const histogram = new Uint32Array(BINS);
  // Every image runs through this loop: one per type of array, and by index, is three times as fast as an iterator.
  let i = pixels.length;
  if (pixels instanceof Uint16Array) while (i-- > 0) histogram[pixels[i]!]!++;
  else if (pixels instanceof Int16Array) while (i-- > 0) histogram[pixels[i]! & 0xffff]!++;
  else while (i-- > 0) histogram[pixels[i]! & 0xffff]!++;
  return histogram;
}

function fromHistogram(histogram: Uint32Array, first: number, padding: Frame['padding']): Ranges {
  const count = (value: number) => {
    const isPadding = padding !== null && value >= padding.low && value <= padding.high;
    return isPadding ? 0 : histogram[value & 0xffff]!;
  };
  const last = first + BINS - 1;
  let [minimum, maximum, total] = [Infinity, -Infinity, 0];
  for (let value = first; value <= last; value++) {
    const pixels = count(value);
    if (pixels === 0) continue;
    minimum = Math.min(minimum, value);
    maximum = value;
    total += pixels;
  }
  if (total === 0) return fromHistogram(histogram, first, null);
  const allowed = total * OUTLIERS;
  let low = minimum;
  for (let sum = count(low); sum <= allowed && low < maximum; sum += count(++low));
  let high = maximum;
  for (let sum = count(high); sum <= allowed && high > minimum; sum += count(--high));
  const all = { minimum, maximum };
  return { all, shown: low < high ? { minimum: low, maximum: high } : all };
}

function fromValues(pixels: PixelArray, padding: Frame['padding']): Ranges {
  let [minimum, maximum] = [Infinity, -Infinity];
  for (const value of pixels) {
    if (padding && value >= padding.low && value <= padding.high) continue;
    if (value < minimum && value !== -Infinity) minimum = value;
    if (value > maximum && value !== Infinity) maximum = value;
  }
  if (!(minimum <= maximum)) {
    if (padding) return fromValues(pixels, null);
    [minimum, maximum] = [0, 0];
  }
  const all = { minimum, maximum };
  return { all, shown: all };
}
