import { isStatistic } from './optimizer.ts';
import { releasedParameters, type StateDict, type Tensor } from '../../models/hifuse/state-dict.ts';
import type { Architecture } from '../../models/package/manifest.ts';
import { gaussian, randomFrom, type Random } from '../../models/random.ts';
import { seedOf } from './recipe.ts';

/**
 * Weights as the released code draws them before training: normal with a deviation of 0.02 for linear maps and position
 * biases and of 0.2 for the branches' convolutions, PyTorch's uniform default within the fusion blocks, ones and zeros for
 * norms. Those that the network does not use are there, too, so that the checkpoint is complete.
 */
export function initialWeights(architecture: Architecture, classCount: number, seed: number): StateDict {
  const table = releasedParameters(architecture, classCount);
  const state = new Map<string, Tensor>();
  let index = 0;
  for (const [name, { shape, kind }] of table) {
    index += 1;
    if (kind !== 'parameter') continue;
    const size = shape.reduce((product, length) => product * length, 1);
    const draw = drawing(name, shape, table.get(name.replace(/bias$/, 'weight'))?.shape ?? shape);
    const random = randomFrom(seedOf(seed, index));
    state.set(name, { shape, data: Float32Array.from({ length: size }, () => draw(random)) });
  }
  return state;
}

/** @param ofWeight shape of the weight that a bias belongs to */
function drawing(name: string, shape: readonly number[], ofWeight: readonly number[]): (random: Random) => number {
  if (isStatistic(name)) return () => (name.endsWith('var') ? 1 : 0);
  const isNorm = ofWeight.length === 1;
  if (isNorm) return () => (name.endsWith('weight') ? 1 : 0);
  if (name.startsWith('fu')) {
    const bound = 1 / Math.sqrt(ofWeight.slice(1).reduce((product, size) => product * size, 1));
    return (random) => bound * (2 * random() - 1);
  }
  if (shape.length === 1) return () => 0;
  const deviation = shape.length === 4 ? 0.2 : 0.02;
  return (random) => deviation * gaussian(random);
}
