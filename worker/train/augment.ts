import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import type { Preprocessing } from '../../models/package/manifest.ts';
import type { Random } from '../../models/random.ts';
import { normalisation } from '../imaging/preprocess.ts';
import { resizeBilinear, type ByteImage } from '../imaging/resample.ts';
import type { Augmentation } from './recipe.ts';

const TRIES = 10;
const CHANNELS = 3;

interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

const between = (random: Random, low: number, high: number): number => low + random() * (high - low);

/** Part of an image, as torchvision's RandomResizedCrop chooses it; the largest fitting middle where ten tries fail. */
export function randomCrop(rows: number, columns: number, { scale, ratio }: Augmentation, random: Random): Crop {
  const area = rows * columns;
  for (let i = 0; i < TRIES; i++) {
    const target = area * between(random, ...scale);
    const aspect = Math.exp(between(random, Math.log(ratio[0]), Math.log(ratio[1])));
    const width = Math.round(Math.sqrt(target * aspect));
    const height = Math.round(Math.sqrt(target / aspect));
    if (width < 1 || height < 1 || width > columns || height > rows) continue;
    const top = Math.floor(random() * (rows - height + 1));
    return { left: Math.floor(random() * (columns - width + 1)), top, width, height };
  }
  const aspect = Math.min(Math.max(columns / rows, ratio[0]), ratio[1]);
  const width = Math.max(1, Math.min(columns, Math.round(rows * aspect)));
  const height = Math.max(1, Math.min(rows, Math.round(columns / aspect)));
  return { left: Math.floor((columns - width) / 2), top: Math.floor((rows - height) / 2), width, height };
}

function cropped({ columns, channels, pixels }: ByteImage, { left, top, width, height }: Crop): ByteImage {
  const out = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * columns + left) * channels;
    out.set(pixels.subarray(from, from + width * channels), y * width * channels);
  }
  return { rows: height, columns: width, channels, pixels: out };
}

/** Turned about its middle (bilinear; black where nothing was). Positive angles turn counter-clockwise as displayed. */
export function rotated(image: ByteImage, degrees: number): ByteImage {
  if (degrees === 0) return image;
  const { rows, columns, channels, pixels } = image;
  const out = new Uint8Array(pixels.length);
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [middleX, middleY] = [(columns - 1) / 2, (rows - 1) / 2];
  const at = (x: number, y: number, c: number): number =>
    x >= 0 && y >= 0 && x < columns && y < rows ? pixels[(y * columns + x) * channels + c]! : 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [dx, dy] = [x - middleX, y - middleY];
      const sourceX = middleX + cos * dx - sin * dy;
      const sourceY = middleY + sin * dx + cos * dy;
      const [x0, y0] = [Math.floor(sourceX), Math.floor(sourceY)];
      const [fx, fy] = [sourceX - x0, sourceY - y0];
      for (let c = 0; c < channels; c++) {
        const upper = at(x0, y0, c) * (1 - fx) + at(x0 + 1, y0, c) * fx;
        const lower = at(x0, y0 + 1, c) * (1 - fx) + at(x0 + 1, y0 + 1, c) * fx;
        out[(y * columns + x) * channels + c] = Math.round(upper * (1 - fy) + lower * fy);
      }
    }
  }
  return { rows, columns, channels, pixels: out };
}

/** Brightness, then contrast about the mean, as torchvision's ColorJitter; by the same factors in all channels. */
function toned(image: ByteImage, brightness: number, contrast: number): ByteImage {
  if (brightness === 1 && contrast === 1) return image;
  const { pixels } = image;
  const mean = (pixels.reduce((sum, value) => sum + value, 0) / pixels.length) * brightness;
  const table = Uint8Array.from({ length: 256 }, (_, value) =>
    Math.min(255, Math.max(0, Math.round((value * brightness - mean) * contrast + mean))),
  );
  return { ...image, pixels: pixels.map((value) => table[value]!) };
}

/** An image of training: cropped, turned, mirrored, toned and normalised. [3, 224, 224]. */
export function augment(
  image: ByteImage,
  preprocessing: Pick<Preprocessing, 'mean' | 'std'>,
  augmentation: Augmentation,
  random: Random,
): Float32Array<ArrayBuffer> {
  const crop = randomCrop(image.rows, image.columns, augmentation, random);
  const plan = {
    width: INPUT_SIZE,
    height: INPUT_SIZE,
    left: 0,
    top: 0,
    cropWidth: INPUT_SIZE,
    cropHeight: INPUT_SIZE,
  };
  const resized = resizeBilinear(cropped(image, crop), plan);
  const { rotation, brightness, contrast, flip } = augmentation;
  const turned = rotated(resized, between(random, -rotation, rotation));
  const [light, depth] = [between(random, -brightness, brightness), between(random, -contrast, contrast)];
  const { pixels, channels } = toned(turned, 1 + light, 1 + depth);
  const mirrored = random() < flip;

  const tables = normalisation(preprocessing);
  const area = INPUT_SIZE * INPUT_SIZE;
  const tensor = new Float32Array(CHANNELS * area);
  for (let y = 0; y < INPUT_SIZE; y++) {
    for (let x = 0; x < INPUT_SIZE; x++) {
      const from = (y * INPUT_SIZE + (mirrored ? INPUT_SIZE - 1 - x : x)) * channels;
      for (let c = 0; c < CHANNELS; c++) {
        tensor[c * area + y * INPUT_SIZE + x] = tables[c]![pixels[from + (channels === 1 ? 0 : c)]!]!;
      }
    }
  }
  return tensor;
}
