import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fillFormula, FORMULA_INPUT, formulaStateDict } from '../../models/hifuse/formula.ts';
import type { StateDict } from '../../models/hifuse/state-dict.ts';
import { architectureOf } from '../../models/hifuse/variants.ts';
import { randomFrom } from '../../models/random.ts';
import { thisMachine } from '../engines/devices.ts';
import { loadBackend, type BackendName } from '../engines/tfjs/backend.ts';
import { crossEntropyWeights } from './loss.ts';
import { Optimizer } from './optimizer.ts';
import { forwardAndBack } from './step.ts';

/** One step of PyTorch in float64, written by testing/step.py. */
interface Reference {
  architecture: 'depthwise' | 'dense';
  labels: number[];
  recipe: {
    classWeights: number[];
    labelSmoothing: number;
    learningRate: number;
    weightDecay: number;
    clipNorm: number;
    emaDecay: number;
  };
  loss: number;
  logits: number[][];
  norm: number;
  tensors: Record<
    string,
    { gradient: { norm: number; absmax: number; samples: number[] }; update: number[]; averageUpdate: number[] }
  >;
  statistics: Record<string, number[]>;
}

const TOLERANCE = 1e-3;
/** Biases before a batch norm have no gradient but rounding, less than this share of the largest gradient. */
const FLOOR = 1e-5;

function samples(data: Float32Array, count: number): number[] {
  return Array.from({ length: count }, (_, i) => data[Math.floor((i * data.length) / count)]!);
}

function minus(a: StateDict, b: StateDict, name: string): Float32Array {
  return a.get(name)!.data.map((value, i) => value - b.get(name)!.data[i]!);
}

async function check(irmlp: 'depthwise' | 'dense', backendName: BackendName): Promise<void> {
  const file = join(import.meta.dirname, `testing/step-${irmlp}.json`);
  const reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;
  const { recipe, labels } = reference;
  const backend = await loadBackend(backendName);
  await backend.tf.setBackend(backend.name);
  const architecture = architectureOf('nano', irmlp);
  const all = formulaStateDict(architecture, 3);
  const used = (name: string) => Object.hasOwn(reference.tensors, name) || Object.hasOwn(reference.statistics, name);
  const state = new Map([...all].filter(([name]) => used(name)));
  const optimizer = new Optimizer(
    backend.tf,
    { step: 0, values: state, averages: null, first: new Map(), second: new Map() },
    { ...recipe, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    () => true,
  );
  try {
    const targets = new Float32Array(labels.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0))));
    const result = forwardAndBack(backend, architecture, state, optimizer, {
      images: fillFormula(FORMULA_INPUT, [2, 3, 224, 224]),
      weights: crossEntropyWeights({ data: targets, classes: 3 }, recipe),
      dropPath: 0,
      random: randomFrom(1),
    });
    expect(Math.abs(result.loss / reference.loss - 1)).toBeLessThan(TOLERANCE);
    for (const [i, logit] of reference.logits.flat().entries()) expect(result.logits[i]).toBeCloseTo(logit, 3);

    const names = new Map([...state].map(([name, parameter]) => [parameter, name]));
    const largest = Math.max(...Object.values(reference.tensors).map(({ gradient }) => gradient.absmax));
    const seen: string[] = [];
    for (const [parameter, tensor] of result.gradients) {
      const name = names.get(parameter)!;
      const { gradient } = reference.tensors[name]!;
      const data = await tensor.data<'float32'>();
      const actual = samples(data, gradient.samples.length);
      const off = Math.max(...gradient.samples.map((value, i) => Math.abs(actual[i]! - value)));
      seen.push(name);
      if (gradient.absmax < FLOOR * largest) {
        expect(off, `gradient of ${name}`).toBeLessThan(FLOOR * largest);
        continue;
      }
      expect(off / gradient.absmax, `gradient of ${name}`).toBeLessThan(TOLERANCE);
      const norm = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0));
      expect(Math.abs(norm / gradient.norm - 1), `norm of ${name}`).toBeLessThan(TOLERANCE);
    }
    expect(seen.sort()).toEqual(Object.keys(reference.tensors).sort());

    const norm = await optimizer.step(result.gradients, result.statistics, recipe.learningRate);
    expect(Math.abs(norm / reference.norm - 1)).toBeLessThan(TOLERANCE);
    const after = await optimizer.state();
    let compared = 0;
    for (const [name, { gradient, update, averageUpdate }] of Object.entries(reference.tensors)) {
      const values = samples(minus(after.values, state, name), update.length);
      const averages = samples(minus(after.averages!, state, name), update.length);
      for (const [i, value] of update.entries()) {
        // Where the gradient itself is rounding, so is the direction of the first step.
        if (Math.abs(gradient.samples[i]!) < Math.max(1e-2 * gradient.absmax, FLOOR * largest)) continue;
        compared += 1;
        const allowed = 2 * TOLERANCE * recipe.learningRate;
        expect(Math.abs(values[i]! - value), `update of ${name}`).toBeLessThan(allowed);
        expect(Math.abs(averages[i]! - averageUpdate[i]!), `average of ${name}`).toBeLessThan(allowed);
      }
    }
    expect(compared).toBeGreaterThan(500);
    for (const [name, expected] of Object.entries(reference.statistics)) {
      const actual = samples(after.values.get(name)!.data, expected.length);
      for (const [i, value] of expected.entries()) expect(actual[i], name).toBeCloseTo(value, 4);
    }
  } finally {
    optimizer.dispose();
  }
}

describe('one step is that of PyTorch: loss, every gradient, AdamW, moving average, statistics', () => {
  afterAll(async () => {
    const { tf } = await loadBackend('wasm');
    expect(tf.memory().numTensors).toBe(0);
  });

  for (const irmlp of ['depthwise', 'dense'] as const) {
    test(`${irmlp}, WebAssembly`, { timeout: 120_000 }, () => check(irmlp, 'wasm'));
    test.skipIf(!thisMachine().tensorflow)(`${irmlp}, native`, { timeout: 120_000 }, () => check(irmlp, 'tensorflow'));
  }
});
