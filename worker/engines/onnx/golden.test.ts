import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from './runtime.ts';
import { describe, expect, test } from 'vitest';
import { fillFormula, formulaStateDict, FORMULA_INPUT } from '../../../models/hifuse/formula.ts';
import { pooledFeatures, type HiFuseOutputs } from '../../../models/hifuse/network.ts';
import type { Architecture, Manifest } from '../../../models/package/manifest.ts';
import { gradCam } from '../../explain/grad-cam.ts';
import { TAPS, type LoadedModel, type Output } from '../engine.ts';
import { compile } from './compile.ts';
import { onnxEngine } from './engine.ts';
import type { FeatureMap } from './feature-map.ts';
import { PLAIN_STYLE } from './onnx-ops.ts';
import { openGraph } from './open-graph.ts';

/** Made with PyTorch (models/hifuse/golden/README.md). */
const GOLDEN = join(import.meta.dirname, '../../../models/hifuse/golden');
const LOGIT_TOLERANCE = 1e-4;
/** Of the largest absolute value of a map. */
const SAMPLE_TOLERANCE = 1e-3;

interface Activation {
  shape: number[];
  absmax: number;
  samples: number[];
}

interface Golden extends Pick<Architecture, 'width' | 'depths' | 'heads' | 'irmlp'> {
  numClasses: number;
  logits: number[][];
  gradCamClass: number[];
  gradCam: number[][][];
  activations: Record<string, Activation>;
}

const files = readdirSync(GOLDEN).filter((name) => name.startsWith('hifuse-'));

function read(file: string): { golden: Golden; model: LoadedModel } {
  const golden = JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as Golden;
  const { width, depths, heads, irmlp, numClasses } = golden;
  const architecture: Architecture = { width, depths, heads, irmlp, window: 7, doubleSigmoid: false };
  return {
    golden,
    model: { manifest: { architecture } as Manifest, state: formulaStateDict(architecture, numClasses) },
  };
}

const SHAPE = [2, 3, 224, 224];
const batch = () => ({ data: fillFormula(FORMULA_INPUT, SHAPE), size: 2 });

/** Every map that a golden file samples, under its name there. */
function everyMap(outputs: HiFuseOutputs<FeatureMap>): Record<string, FeatureMap> {
  const kinds = ['local', 'global', 'fused', 'spatialAttention', 'channelAttention'] as const;
  return Object.fromEntries(kinds.flatMap((kind) => outputs[kind].map((map, i) => [`${kind}${i + 1}`, map])));
}

function largestDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)));
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function expectSamples(actual: Output, { shape, absmax, samples }: Activation, name: string): void {
  expect(actual.shape, name).toEqual(shape);
  const taken = samples.map((_, k) => actual.data[Math.floor((k * actual.data.length) / samples.length)]!);
  expect(largestDifference(taken, samples) / absmax, name).toBeLessThan(SAMPLE_TOLERANCE);
}

describe('ONNX Runtime agrees with PyTorch', () => {
  test('there are seven networks', () => expect(files).toHaveLength(7));

  test.each(files)('%s: logits, gates and Grad-CAM of the engine', { timeout: 300_000 }, async (file) => {
    const { golden, model } = read(file);
    const session = await onnxEngine.load(model, 'cpu');
    try {
      const { logits } = await session.run(batch());
      expect(logits.shape).toEqual([2, golden.numClasses]);
      expect(largestDifference(logits.data, golden.logits.flat())).toBeLessThan(LOGIT_TOLERANCE);

      const explained = await session.run(batch(), TAPS);
      expect(largestDifference(explained.logits.data, golden.logits.flat())).toBeLessThan(LOGIT_TOLERANCE);
      expectSamples(explained.fused4!, golden.activations['fused4']!, 'fused4');
      const { data, shape } = explained.fused4!;
      const means = Array.from({ length: shape[0]! * shape[1]! }, (_, i) => mean(data.subarray(49 * i, 49 * i + 49)));
      const [images, width] = explained.pooled!.shape as [number, number];
      expect([images, width]).toEqual([shape[0], pooledFeatures(model.manifest.architecture)]);
      const last = [...explained.pooled!.data].filter((_, i) => i % width >= width - shape[1]!);
      expect(largestDifference(last, means)).toBeLessThan(1e-5 * Math.max(...means.map(Math.abs)));
      for (const i of [0, 1, 2, 3]) {
        for (const kind of ['spatialAttention', 'channelAttention'] as const) {
          expectSamples(explained[kind]![i]!, golden.activations[`${kind}${i + 1}`]!, `${kind}${i + 1}`);
        }
      }
      for (const [image, classIndex] of golden.gradCamClass.entries()) {
        const expected = golden.gradCam[image]!.flat();
        const map = gradCam(explained.fused4!, model.state, image, classIndex);
        expect([map.classIndex, map.rows, map.columns]).toEqual([classIndex, 7, 7]);
        expect(largestDifference(map.values, expected)).toBeLessThan(1e-3 * Math.max(...expected));
      }
    } finally {
      await session.dispose();
    }
  });

  test.each(files)('%s: every map', { timeout: 300_000 }, async (file) => {
    const { golden, model } = read(file);
    const session = await openGraph(compile(model, PLAIN_STYLE, everyMap));
    try {
      const results = await session.run({ input: new Tensor('float32', batch().data, SHAPE) });
      expect(Object.keys(golden.activations)).toHaveLength(20);
      for (const [name, activation] of Object.entries(golden.activations)) {
        const { data, dims } = results[name]! as Tensor;
        expectSamples({ data: data as Float32Array, shape: dims }, activation, name);
      }
    } finally {
      await session.release();
    }
  });
});
