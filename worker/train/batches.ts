import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import type { Preprocessing } from '../../models/package/manifest.ts';
import { randomFrom } from '../../models/random.ts';
import type { Imaging } from '../handlers/imaging.ts';
import { mix } from './mix.ts';
import { seedOf, type Recipe } from './recipe.ts';
import type { TrainingImage } from './request.ts';

const IMAGE = 3 * INPUT_SIZE * INPUT_SIZE;

/** Batches that are made while one is trained on. */
const AHEAD = 2;

/** What is drawn for what: no two purposes share a seed. */
const PURPOSE = { order: 1, augmentation: 2, mixing: 3, dropPath: 4 } as const;

export interface TrainingBatch {
  /** [size, 3, 224, 224]. */
  images: Float32Array;
  /** [size, classes]: shares of the truth. */
  targets: Float32Array;
  labels: number[];
  /** For dropping paths. */
  seed: number;
}

/** Indices of the images in an epoch's order. */
export function epochOrder(count: number, seed: number, epoch: number): number[] {
  const random = randomFrom(seedOf(seed, PURPOSE.order, epoch));
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * The batches of an epoch from one of them on, decoded and augmented in the imaging pool ahead of their use. What is
 * drawn depends on seed, epoch and image alone: the same request gives the same batches wherever it starts.
 *
 * @throws HifuseError of an image that cannot be read; the signal's reason
 */
export async function* trainingBatches(
  images: readonly TrainingImage[],
  classes: number,
  recipe: Recipe,
  preprocessing: Preprocessing,
  imaging: Pick<Imaging, 'augmented'>,
  { epoch, first, signal }: { epoch: number; first: number; signal: AbortSignal },
): AsyncGenerator<TrainingBatch, void, undefined> {
  const { seed, batchSize, augmentation } = recipe;
  const order = epochOrder(images.length, seed, epoch);
  const make = async (number: number): Promise<TrainingBatch> => {
    const indices = order.slice(number * batchSize, (number + 1) * batchSize);
    const data = new Float32Array(indices.length * IMAGE);
    const targets = new Float32Array(indices.length * classes);
    await Promise.all(
      indices.map(async (index, i) => {
        const { path, label } = images[index]!;
        const own = seedOf(seed, PURPOSE.augmentation, epoch, index);
        const { tensor } = await imaging.augmented({ path, frame: 0, preprocessing, augmentation, seed: own }, signal);
        data.set(tensor, i * IMAGE);
        targets[i * classes + label] = 1;
      }),
    );
    mix(data, targets, recipe, randomFrom(seedOf(seed, PURPOSE.mixing, epoch, number)));
    return {
      images: data,
      targets,
      labels: indices.map((index) => images[index]!.label),
      seed: seedOf(seed, PURPOSE.dropPath, epoch, number),
    };
  };
  const count = Math.ceil(images.length / batchSize);
  const pending: Promise<TrainingBatch>[] = [];
  for (let number = first, next = first; number < count; number++) {
    for (; next < count && next <= number + AHEAD; next++) {
      const batch = make(next);
      batch.catch(() => undefined); // Reported when its turn comes.
      pending.push(batch);
    }
    yield await pending.shift()!;
  }
}
