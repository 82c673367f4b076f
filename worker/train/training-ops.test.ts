import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillFormula } from '../../models/hifuse/formula.ts';
import type { Layer } from '../../models/hifuse/ops.ts';
import type { Tensor as Parameter } from '../../models/hifuse/state-dict.ts';
import { gaussian, randomFrom } from '../../models/random.ts';
import { loadBackend, type Backend } from '../engines/tfjs/backend.ts';
import { Tape, type Node } from './tape.ts';
import { TrainingOps } from './training-ops.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await loadBackend('wasm');
  await backend.tf.setBackend('wasm');
});
afterAll(() => {
  expect(backend.tf.memory().numTensors).toBe(0);
});

const STEP = 1e-2;

function random(shape: number[], seed: number): Parameter {
  const next = randomFrom(seed);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => gaussian(next));
  return { shape, data };
}

interface Run {
  /** Sum of the output times fixed numbers. */
  loss: number;
  gradients: Float32Array[];
}

/** Runs operations on inputs and parameters alike, all of them differentiated. */
function run(build: (ops: TrainingOps, inputs: Node[]) => Node, inputs: Parameter[], parameters: Parameter[]): Run {
  const { tf } = backend;
  return tf.tidy(() => {
    const tape = new Tape(tf, (parameter) => parameters.includes(parameter));
    const tensor = ({ data, shape }: Parameter): Tensor => tf.tensor(data, [...shape]);
    const ops = new TrainingOps(backend, { tape, value: tensor, dropPath: 0.5, random: randomFrom(5) });
    const nodes = inputs.map((input) => tape.input(tensor(input), true));
    const output = build(ops, nodes);
    const factors = tensor(random(output.value.shape, 99));
    const loss = tf.sum(tf.mul(output.value, factors)).dataSync()[0]!;
    const given = tape.backward(output, tf.clone(factors));
    for (const statistic of ops.statistics.values()) statistic.dispose();
    const of = (gradient: Tensor | null | undefined) => gradient!.dataSync<'float32'>().slice();
    return {
      loss,
      gradients: [...nodes.map(({ gradient }) => of(gradient)), ...parameters.map((one) => of(given.get(one)))],
    };
  });
}

/** Every gradient against (f(x + h) - f(x - h)) / 2h at a few places. */
function expectGradients(
  build: (ops: TrainingOps, inputs: Node[]) => Node,
  inputs: Parameter[],
  parameters: Parameter[] = [],
): void {
  const { gradients } = run(build, inputs, parameters);
  for (const [i, variable] of [...inputs, ...parameters].entries()) {
    const scale = Math.max(...gradients[i]!.map(Math.abs), 1e-3);
    expect(gradients[i]).toHaveLength(variable.data.length);
    for (let k = 0; k < variable.data.length; k += Math.ceil(variable.data.length / 7)) {
      const before = variable.data[k]!;
      const at = (value: number): number => {
        variable.data[k] = value;
        const { loss } = run(build, inputs, parameters);
        variable.data[k] = before;
        return loss;
      };
      const numeric = (at(before + STEP) - at(before - STEP)) / (2 * STEP);
      expect(Math.abs(gradients[i]![k]! - numeric) / scale, `variable ${i} at ${k}`).toBeLessThan(0.02);
    }
  }
}

const layer = (weight: Parameter, bias: Parameter | null = null): Layer => ({
  name: 'layer',
  weight,
  bias,
  batchNorm: null,
});
const map = (seed = 1, channels = 4): Parameter => random([2, 4, 4, channels], seed);
const vector = (seed: number, size = 4): Parameter => random([size], seed);

describe('the way back is the derivative of the way forward', () => {
  const bias = vector(3, 3);
  test.each<[string, number[], { stride: number; padding: number; depthwise: boolean }, number]>([
    ['patches', [3, 4, 2, 2], { stride: 2, padding: 0, depthwise: false }, 3],
    ['dense', [3, 4, 3, 3], { stride: 1, padding: 1, depthwise: false }, 3],
    ['depthwise', [4, 1, 3, 3], { stride: 1, padding: 1, depthwise: true }, 4],
  ])('convolution: %s', (_, shape, geometry, out) => {
    const weight = random(shape, 2);
    const own = out === 3 ? bias : vector(4, out);
    expectGradients((ops, [x]) => ops.conv(x!, layer(weight, own), geometry), [map()], [weight, own]);
  });

  test('linear map', () => {
    const weight = random([3, 4], 2);
    expectGradients((ops, [x]) => ops.linear(x!, layer(weight, bias)), [map()], [weight, bias]);
  });

  test('layer norm', () => {
    const [weight, shift] = [vector(2), vector(3)];
    const norm = { name: 'norm', weight, bias: shift, epsilon: 1e-5 };
    expectGradients((ops, [x]) => ops.layerNorm(x!, norm), [map()], [weight, shift]);
  });

  test("batch norm with the batch's statistics", () => {
    const [weight, shift] = [vector(2), vector(3)];
    const norm = { name: 'norm', weight, bias: shift, epsilon: 1e-5, mean: vector(4), variance: vector(5) };
    expectGradients((ops, [x]) => ops.batchNorm(x!, norm), [map()], [weight, shift]);
  });

  test.each(['gelu', 'relu', 'sigmoid', 'globalMean', 'globalMax', 'channelMaxMean', 'averagePool2', 'mergePatches'])(
    '%s',
    (name) => {
      // Apart from each other and from zero by more than a step: maxima and ReLU have corners.
      const x = map();
      const order = [...x.data.keys()].sort((a, b) => x.data[a]! - x.data[b]!);
      for (const [rank, i] of order.entries()) x.data[i] = (rank - order.length / 2 + 0.5) * 0.05;
      expectGradients((ops, [input]) => ops[name as 'gelu'](input!), [x]);
    },
  );

  test('sum, gates and concatenation', () => {
    expectGradients((ops, [a, b]) => ops.add(a!, b!), [map(1), map(2)]);
    expectGradients((ops, [x]) => ops.add(x!, x!), [map(1)]);
    expectGradients((ops, [x, gate]) => ops.scale(x!, gate!), [map(1), random([2, 4, 4, 1], 2)]);
    expectGradients((ops, [x, gate]) => ops.scale(x!, gate!), [map(1), random([2, 1, 1, 4], 2)]);
    expectGradients((ops, maps) => ops.concat(maps), [map(1), map(2, 2)]);
  });

  test('dropped paths', () => {
    expectGradients((ops, [x]) => ops.dropPath(x!, 1), [map(1)]);
  });

  test.each([0, 1])('window attention, shifted by %i', (shift) => {
    const qkv = layer(random([12, 4], 2), vector(3, 12));
    const biasTable = random([9, 2], 4);
    expectGradients(
      (ops, [x]) => ops.windowAttention(x!, { qkv, heads: 2, window: 2, shift, biasTable }),
      [map()],
      [qkv.weight, qkv.bias!, biasTable],
    );
  });
});

test('nothing is computed for what nobody trains', () => {
  const { tf } = backend;
  tf.tidy(() => {
    const [frozen, trained] = [random([4, 4], 1), random([4, 4], 2)];
    const tape = new Tape(tf, (parameter) => parameter === trained);
    const value = ({ data, shape }: Parameter) => tf.tensor(data, [...shape]);
    const ops = new TrainingOps(backend, { tape, value, dropPath: 0, random: randomFrom(1) });
    const x = tape.input(tf.tensor4d(fillFormula('input', [1, 2, 2, 4]), [1, 2, 2, 4]));
    const below = ops.linear(x, layer(frozen));
    const above = ops.linear(below, layer(trained));
    const gradients = tape.backward(above, tf.onesLike(above.value));
    expect([...gradients.keys()]).toEqual([trained]);
    expect([below.needsGradient, below.gradient]).toEqual([false, null]);
  });
});
