/** What the pixels alone say against an image, whatever the model: cheap, and without statistics. */
import { isGreyOnly } from '../intended-use.ts';
import { INPUT_SIZE } from '../hifuse/variants.ts';
import type { Manifest } from '../package/manifest.ts';
import { luma, moments } from './pixels.ts';
import { reason, type Reason } from '../warnings.ts';

/** Difference between the channels of a pixel, of 255, that JPEG's noise or the tint of a lamp does not make. */
const COLOUR_DIFFERENCE = 48;
/** A larger part of the pixels than coloured marks and letters on a radiograph take. */
const COLOUR_SHARE = 0.1;

/** Grey levels beside the most frequent one that count as the same. */
const SAME_LEVEL = 3;
/** Nearly empty: so many of the pixels have one level, or the picture varies by so little, of 255. */
const EMPTY_SHARE = 0.9;
const EMPTY_DEVIATION = 3;

/** More is black or white than a window leaves of a picture; half of it is white alone. */
const SATURATED_SHARE = 0.9;
const WHITE_SHARE = 0.5;

/** Correlation of neighbouring pixels below which there is hardly any picture in the noise; pictures have above 0.8. */
const NOISE_CORRELATION = 0.5;

/**
 * Nearly empty, saturated, noise, or in colour where the model's modalities have none.
 *
 * @param rgb what the network received: 224 x 224, interleaved, 0..255
 */
export function pixelReasons(intended: Manifest['intended'], rgb: Uint8Array): Reason[] {
  const grey = luma(rgb);
  const { deviation } = moments(grey);
  const levels = levelsOf(grey);
  const empty = emptyShare(levels);
  if (empty >= EMPTY_SHARE || deviation < EMPTY_DEVIATION) return [reason('pixels.empty')];

  const [black, white] = [levels[0]! / grey.length, levels[255]! / grey.length];
  const colour = isGreyOnly(intended) ? colourShare(rgb) : 0;
  return [
    ...(colour > COLOUR_SHARE ? [reason('pixels.colour', { meant: intended.modalities.join(' or ') })] : []),
    ...(black + white >= SATURATED_SHARE || white >= WHITE_SHARE ? [reason('pixels.saturated')] : []),
    ...(neighbourCorrelation(grey, deviation) < NOISE_CORRELATION ? [reason('pixels.noise')] : []),
  ];
}

/** Pixels of each of 256 levels. */
function levelsOf(grey: Float32Array): Uint32Array {
  const levels = new Uint32Array(256);
  for (const value of grey) levels[Math.round(value)]! += 1;
  return levels;
}

/** Share of the pixels on or beside the most frequent level. */
function emptyShare(levels: Uint32Array): number {
  const most = levels.indexOf(levels.reduce((a, b) => Math.max(a, b), 0));
  const around = levels.subarray(Math.max(0, most - SAME_LEVEL), most + SAME_LEVEL + 1);
  return around.reduce((sum, count) => sum + count, 0) / (INPUT_SIZE * INPUT_SIZE);
}

function colourShare(rgb: Uint8Array): number {
  let coloured = 0;
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    const [red, green, blue] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) >= COLOUR_DIFFERENCE) coloured += 1;
  }
  return coloured / (rgb.length / 3);
}

/** Correlation of pixels with their right and lower neighbours: 1 - mean squared difference / (2 variance). */
function neighbourCorrelation(grey: Float32Array, deviation: number): number {
  let squares = 0;
  let pairs = 0;
  for (let y = 0; y + 1 < INPUT_SIZE; y++) {
    for (let x = 0; x + 1 < INPUT_SIZE; x++) {
      const at = y * INPUT_SIZE + x;
      squares += (grey[at]! - grey[at + 1]!) ** 2 + (grey[at]! - grey[at + INPUT_SIZE]!) ** 2;
      pairs += 2;
    }
  }
  return 1 - squares / pairs / (2 * deviation ** 2);
}
