/** How a network is trained, as data: it goes from the command line to the worker and into the run's record. */

export interface Augmentation {
  /** Share of the image's area that a crop keeps, and its ratio of sides (torchvision's RandomResizedCrop). */
  scale: readonly [number, number];
  ratio: readonly [number, number];
  /** Chance of being mirrored. */
  flip: number;
  /** Largest turn to either side, in degrees. */
  rotation: number;
  /** Largest relative change of brightness and of contrast. */
  brightness: number;
  contrast: number;
}

export const CLASS_WEIGHTS = ['none', 'sqrt', 'balanced'] as const;

export interface Recipe {
  epochs: number;
  /** Images of one forward pass. */
  batchSize: number;
  /** Forward passes whose gradients are averaged for one step. */
  accumulation: number;
  learningRate: number;
  weightDecay: number;
  warmUpEpochs: number;
  /** Learning rate at the end, as a share of the highest. */
  endFactor: number;
  labelSmoothing: number;
  /** Weight of a class of n images: 1, n^-1/2 or n^-1, scaled to a mean of 1 over the images. */
  classWeights: (typeof CLASS_WEIGHTS)[number];
  dropPath: number;
  emaDecay: number | null;
  clipNorm: number | null;
  /** Parameters of the beta distributions of mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019); 0: never. */
  mixup: number;
  cutmix: number;
  augmentation: Augmentation;
  /** Epochs without a better validation after which training ends; null: never. */
  patience: number | null;
  seed: number;
}

/** As the released training code, with the learning rate ending at 1 % (there: at 0.0001 %). */
export const RELEASED: Recipe = {
  epochs: 100,
  batchSize: 32,
  accumulation: 1,
  learningRate: 1e-4,
  weightDecay: 1e-2,
  warmUpEpochs: 1,
  endFactor: 0.01,
  labelSmoothing: 0,
  classWeights: 'none',
  dropPath: 0,
  emaDecay: null,
  clipNorm: null,
  mixup: 0,
  cutmix: 0,
  augmentation: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], flip: 0.5, rotation: 0, brightness: 0, contrast: 0 },
  patience: null,
  seed: 1,
};

/** Share of the learning rate that the first step has. */
const WARM_UP_START = 1e-3;

/**
 * Learning rate of a step: linear warm-up, then half a cosine.
 *
 * @param step from 0 on
 */
export function learningRate(recipe: Recipe, step: number, stepsPerEpoch: number): number {
  const { warmUpEpochs, epochs, endFactor, learningRate: highest } = recipe;
  const warmUp = Math.min(warmUpEpochs, epochs) * stepsPerEpoch;
  if (step < warmUp) return highest * (WARM_UP_START + (1 - WARM_UP_START) * (step / warmUp));
  const progress = (step - warmUp) / Math.max(1, epochs * stepsPerEpoch - warmUp);
  return highest * (endFactor + ((1 - endFactor) * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2);
}

/** Weights of the classes for the loss; null where all are 1. Classes without images weigh nothing. */
export function classWeights(recipe: Recipe, counts: readonly number[]): number[] | null {
  if (recipe.classWeights === 'none') return null;
  const exponent = recipe.classWeights === 'sqrt' ? -0.5 : -1;
  const raw = counts.map((n) => (n > 0 ? n ** exponent : 0));
  const images = counts.reduce((a, b) => a + b, 0);
  const mean = raw.reduce((sum, weight, c) => sum + weight * counts[c]!, 0) / images;
  return raw.map((weight) => weight / mean);
}

/** A seed of its own for everything that is drawn: the same numbers give the same seed, other ones another. */
export function seedOf(...parts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((part >>> shift) & 0xff), 0x01000193) >>> 0;
  }
  return hash;
}
