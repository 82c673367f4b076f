import type { Tensor } from '@tensorflow/tfjs-core';
import { hifuse } from '../../models/hifuse/network.ts';
import type { StateDict, Tensor as Parameter } from '../../models/hifuse/state-dict.ts';
import type { Architecture } from '../../models/package/manifest.ts';
import type { Random } from '../../models/random.ts';
import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import type { Backend } from '../engines/tfjs/backend.ts';
import { crossEntropy } from './loss.ts';
import type { Optimizer } from './optimizer.ts';
import { Tape } from './tape.ts';
import { TrainingOps } from './training-ops.ts';

export interface StepInput {
  /** [batch, 3, 224, 224], normalised. */
  images: Float32Array;
  /** Of {@link crossEntropyWeights}. */
  weights: Float32Array;
  dropPath: number;
  /** For dropping paths. */
  random: Random;
}

export interface StepResult {
  loss: number;
  /** [batch, classes]. */
  logits: Float32Array;
  gradients: Map<Parameter, Tensor>;
  /** New running statistics of batch norm. */
  statistics: Map<Parameter, Tensor>;
}

/**
 * Runs the network forward in training mode and back.
 *
 * @param state the tensors whose values `optimizer` holds
 * @returns what {@link Optimizer.step} takes; whoever gets it disposes of its tensors
 */
export function forwardAndBack(
  backend: Backend,
  architecture: Architecture,
  state: StateDict,
  optimizer: Optimizer,
  { images, weights, dropPath, random }: StepInput,
): StepResult {
  const { tf } = backend;
  void tf.setBackend(backend.name);
  const batch = images.length / (3 * INPUT_SIZE * INPUT_SIZE);
  const classes = weights.length / batch;
  const tape = new Tape(tf, (parameter) => optimizer.isTrained(parameter));
  const ops = new TrainingOps(backend, { tape, value: (parameter) => optimizer.value(parameter), dropPath, random });
  // Everything in one go: another session of this process must not find our scope open.
  let result: Omit<StepResult, 'statistics'> | null = null;
  tf.tidy(() => {
    const input = tape.input(tf.transpose(tf.tensor4d(images, [batch, 3, INPUT_SIZE, INPUT_SIZE]), [0, 2, 3, 1]));
    const output = hifuse(ops, architecture, state, input).logits;
    const logits = output.value.dataSync<'float32'>().slice();
    const { loss, gradient } = crossEntropy(logits, weights, classes);
    const gradients = tape.backward(output, tf.tensor4d(gradient, [batch, 1, 1, classes]));
    for (const tensor of gradients.values()) tf.keep(tensor);
    result = { loss, logits, gradients };
  });
  return { ...result!, statistics: ops.statistics };
}
