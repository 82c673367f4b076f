/**
 * What people do to radiographs that a model is meant for, until it should not answer any more: made of the network's input, 224 x
 * 224, interleaved. They measure a model's doubt.
 */
import { gaussian, type Random } from '../random.ts';
import { INPUT_SIZE } from '../hifuse/variants.ts';

const SIZE = INPUT_SIZE;
const LAST = SIZE - 1;
const HALF = SIZE / 2;

/** @param index of the image: which quarter, half or side differs from image to image */
type Change = (rgb: Uint8Array, index: number, random: Random) => Uint8Array;

type Pixel = (y: number, x: number) => readonly [y: number, x: number];

const moved =
  (from: Pixel): Change =>
  (rgb) => {
    const out = new Uint8Array(rgb.length);
    for (let i = 0; i < SIZE * SIZE; i++) {
      const [y, x] = from(Math.floor(i / SIZE), i % SIZE);
      for (let c = 0; c < 3; c++) out[3 * i + c] = rgb[3 * (y * SIZE + x) + c]!;
    }
    return out;
  };

const levels =
  (of: (level: number) => number): Change =>
  (rgb) =>
    rgb.map((level) => Math.round(Math.min(255, Math.max(0, of(level)))));

/** A rectangle of one level; null: the picture's mean. */
function filled(rgb: Uint8Array, top: number, left: number, height: number, width: number, level: number | null) {
  const value = level ?? Math.round(rgb.reduce((sum, one) => sum + one, 0) / rgb.length);
  return rgb.map((one, at) => {
    const [y, x] = [Math.floor(at / (3 * SIZE)), Math.floor(at / 3) % SIZE];
    return y >= top && y < top + height && x >= left && x < left + width ? value : one;
  });
}

const quarter =
  (level: number | null): Change =>
  (rgb, index) =>
    filled(rgb, HALF * (index % 2), HALF * ((index >> 1) % 2), HALF, HALF, level);

const half: Change = (rgb, index) => {
  const start = HALF * (index % 2);
  return (index >> 1) % 2 ? filled(rgb, start, 0, HALF, SIZE, 0) : filled(rgb, 0, start, SIZE, HALF, 0);
};

const clamped = (at: number): number => Math.min(LAST, Math.max(0, at));

/** Gaussian blur; sigma in pixels of the network's input. */
export const blurred =
  (sigma: number): Change =>
  (rgb) => {
    const reach = Math.ceil(3 * sigma);
    const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / 2 / sigma ** 2));
    const total = weights.reduce((a, b) => a + b);
    const along = (values: ArrayLike<number>, step: 'row' | 'column') =>
      Float32Array.from(values, (_, at) => {
        const [y, x, c] = [Math.floor(at / (3 * SIZE)), Math.floor(at / 3) % SIZE, at % 3];
        let sum = 0;
        for (let i = -reach; i <= reach; i++) {
          const from = step === 'row' ? y * SIZE + clamped(x + i) : clamped(y + i) * SIZE + x;
          sum += weights[i + reach]! * values[3 * from + c]!;
        }
        return sum / total;
      });
    return Uint8Array.from(along(along(rgb, 'row'), 'column'), Math.round);
  };

/** Seen at an angle, with a dark surround and a little noise, as a photograph of a screen is. */
const tilted: Change = (rgb, _, random) => {
  const out = new Uint8Array(rgb.length);
  for (let i = 0; i < SIZE * SIZE; i++) {
    const [v, u] = [Math.floor(i / SIZE) / LAST, (i % SIZE) / LAST];
    const y = Math.round(LAST * ((v - 0.5) * 1.15 * (1 + 0.35 * u) + 0.5 + 0.06 * (u - 0.5)));
    const x = Math.round(LAST * (u - 0.1) * 1.2);
    const seen = y >= 0 && y < SIZE && x >= 0 && x < SIZE;
    const noise = 3 * gaussian(random);
    for (let c = 0; c < 3; c++) {
      const level = seen ? rgb[3 * (y * SIZE + x) + c]! : 30;
      out[3 * i + c] = Math.round(Math.min(255, Math.max(0, level + noise)));
    }
  }
  return out;
};

export interface NearCase {
  name: string;
  /** An answer to it is wrong in any case: at least 95 % are to be outside. The others are reported. */
  required: boolean;
  change: Change;
}

export const NEAR_CASES: readonly NearCase[] = [
  { name: 'turned by 90°', required: true, change: moved((y, x) => [LAST - x, y]) },
  { name: 'inverted', required: true, change: levels((level) => 255 - level) },
  { name: 'a quarter cut out, black', required: true, change: quarter(0) },
  { name: 'a quarter cut out, grey', required: true, change: quarter(128) },
  { name: 'a quarter cut out, mean level', required: true, change: quarter(null) },
  { name: 'a quarter cut out, white', required: true, change: quarter(255) },
  { name: 'strongly blurred (sigma 4 pixels)', required: true, change: blurred(4) },
  { name: 'turned by 180°', required: false, change: moved((y, x) => [LAST - y, LAST - x]) },
  { name: 'gamma 0.4', required: false, change: levels((level) => 255 * (level / 255) ** 0.4) },
  { name: 'gamma 2.5', required: false, change: levels((level) => 255 * (level / 255) ** 2.5) },
  { name: 'half occluded', required: false, change: half },
  { name: 'tilted, as photographed from a screen', required: false, change: tilted },
];
