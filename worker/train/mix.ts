import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import { gaussian, type Random } from '../../models/random.ts';
import type { Recipe } from './recipe.ts';

const IMAGE = 3 * INPUT_SIZE * INPUT_SIZE;

/** Gamma variate of scale 1 (Marsaglia and Tsang 2000; below a shape of 1 by their boost). */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = gaussian(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Beta variate of two equal parameters: the share that the first image keeps. */
export function share(alpha: number, random: Random): number {
  const [a, b] = [gamma(alpha, random), gamma(alpha, random)];
  return a / (a + b);
}

/**
 * Mixes each image of a batch with the one as far from the batch's other end, by mixup or CutMix (evenly where the recipe
 * has both), and the targets alike. Changes both in place.
 *
 * @param images [batch, 3, 224, 224]
 * @param targets [batch, classes]
 */
export function mix(
  images: Float32Array,
  targets: Float32Array,
  { mixup, cutmix }: Pick<Recipe, 'mixup' | 'cutmix'>,
  random: Random,
): void {
  if (mixup === 0 && cutmix === 0) return;
  const batch = images.length / IMAGE;
  const classes = targets.length / batch;
  const others = images.slice();
  const otherTargets = targets.slice();
  const cut = cutmix > 0 && (mixup === 0 || random() < 0.5);
  let kept = share(cut ? cutmix : mixup, random);
  const box = cut ? randomBox(1 - kept, random) : null;
  if (box) kept = 1 - (box.width * box.height) / INPUT_SIZE ** 2;
  for (let i = 0; i < batch; i++) {
    const other = batch - 1 - i;
    if (box) paste(images, i, others, other, box);
    else {
      for (let k = 0; k < IMAGE; k++) {
        images[i * IMAGE + k] = kept * images[i * IMAGE + k]! + (1 - kept) * others[other * IMAGE + k]!;
      }
    }
    for (let c = 0; c < classes; c++) {
      targets[i * classes + c] = kept * targets[i * classes + c]! + (1 - kept) * otherTargets[other * classes + c]!;
    }
  }
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A box of about this share of the image's area around a random place, cut off at the borders. */
function randomBox(area: number, random: Random): Box {
  const side = Math.round(INPUT_SIZE * Math.sqrt(area));
  const range = (middle: number): [number, number] => {
    const start = Math.max(0, middle - Math.floor(side / 2));
    return [start, Math.min(INPUT_SIZE, middle + Math.ceil(side / 2)) - start];
  };
  const [left, width] = range(Math.floor(random() * INPUT_SIZE));
  const [top, height] = range(Math.floor(random() * INPUT_SIZE));
  return { left, top, width, height };
}

function paste(images: Float32Array, i: number, others: Float32Array, other: number, box: Box): void {
  for (let c = 0; c < 3; c++) {
    for (let y = box.top; y < box.top + box.height; y++) {
      const row = (c * INPUT_SIZE + y) * INPUT_SIZE + box.left;
      const from = other * IMAGE + row;
      images.set(others.subarray(from, from + box.width), i * IMAGE + row);
    }
  }
}
