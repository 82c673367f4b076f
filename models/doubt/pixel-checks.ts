/** What the pixels alone say against an image, whatever the model: cheap, and without statistics. */
import { isGreyOnly } from '../intended-use.ts';
import { INPUT_SIZE } from '../hifuse/variants.ts';
import type { Manifest } from '../package/manifest.ts';
import type { Pixels } from './pixels.ts';
import { reason, type Reason } from '../warnings.ts';

/** Pixels of the network's input. */
const COUNT = INPUT_SIZE ** 2;

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

/** Nearly empty, saturated, noise, or in colour where the model's modalities have none. */
export function pixelReasons(intended: Manifest['intended'], pixels: Pixels): Reason[] {
  const { levels, deviation, neighbourCorrelation } = pixels;
  const empty = emptyShare(levels);
  if (empty >= EMPTY_SHARE || deviation < EMPTY_DEVIATION) return [reason('pixels.empty')];

  const [black, white] = [levels[0]! / COUNT, levels[255]! / COUNT];
  const colour = isGreyOnly(intended) ? pixels.colourShare : 0;
  return [
    ...(colour > COLOUR_SHARE ? [reason('pixels.colour', { meant: intended.modalities.join(' or ') })] : []),
    ...(black + white >= SATURATED_SHARE || white >= WHITE_SHARE ? [reason('pixels.saturated')] : []),
    ...(neighbourCorrelation < NOISE_CORRELATION ? [reason('pixels.noise')] : []),
  ];
}

/** Share of the pixels on or beside the most frequent level. */
function emptyShare(levels: Uint32Array): number {
  const most = levels.indexOf(levels.reduce((a, b) => Math.max(a, b), 0));
  const around = levels.subarray(Math.max(0, most - SAME_LEVEL), most + SAME_LEVEL + 1);
  return around.reduce((sum, count) => sum + count, 0) / COUNT;
}
