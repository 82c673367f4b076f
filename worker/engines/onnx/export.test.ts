import * as native from './runtime.ts';
import * as web from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { fillFormula, FORMULA_INPUT, formulaStateDict } from '../../../models/hifuse/formula.ts';
import { architectureOf } from '../../../models/hifuse/variants.ts';
import type { Architecture, Manifest } from '../../../models/package/manifest.ts';
import type { LoadedModel } from '../engine.ts';
import { onnxEngine } from './engine.ts';
import { exportOnnx } from './export.ts';

const SHAPE = [2, 3, 224, 224];

function model(irmlp: Architecture['irmlp']): LoadedModel {
  const architecture = architectureOf('nano', irmlp);
  const manifest = {
    id: 'formula-nano',
    architecture,
    classes: ['a', 'b', 'c'].map((name) => ({ name, displayName: name })),
  } as unknown as Manifest;
  return { manifest, state: formulaStateDict(architecture, 3) };
}

describe.each(['depthwise', 'dense'] as const)('the exported file of a network with %s IRMLP', (irmlp) => {
  const images = fillFormula(FORMULA_INPUT, SHAPE);
  let bytes: Uint8Array<ArrayBuffer>;
  let expected: Float32Array;

  beforeAll(async () => {
    bytes = exportOnnx(model(irmlp));
    const session = await onnxEngine.load(model(irmlp), 'cpu');
    expected = (await session.run({ data: images, size: 2 })).logits.data;
    await session.dispose();
  });

  function expectSame(logits: ArrayLike<number>): void {
    expect(logits.length).toBe(6);
    const differences = Array.from(expected, (value, i) => Math.abs(value - logits[i]!));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  }

  test('gives the same logits in ONNX Runtime for the web', { timeout: 300_000 }, async () => {
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
    const { logits } = await session.run({ input: new web.Tensor('float32', images, SHAPE) });
    expectSame(logits!.data as Float32Array);
    await session.release();
  });

  test('gives the same logits without any optimisation, one image at a time', async () => {
    const session = await native.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled' });
    const both = [0, 1].map((i) => images.subarray((i * images.length) / 2, ((i + 1) * images.length) / 2));
    const logits: number[] = [];
    for (const image of both) {
      const results = await session.run({ input: new native.Tensor('float32', image, [1, ...SHAPE.slice(1)]) });
      logits.push(...(results['logits']!.data as Float32Array));
    }
    expectSame(logits);
    await session.release();
  });
});
