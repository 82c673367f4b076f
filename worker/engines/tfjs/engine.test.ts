import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HifuseError } from '../../../models/errors.ts';
import { fillFormula, FORMULA_INPUT, formulaStateDict } from '../../../models/hifuse/formula.ts';
import { architectureOf } from '../../../models/hifuse/variants.ts';
import type { Manifest } from '../../../models/package/manifest.ts';
import { TAPS, type Answer, type Batch, type LoadedModel, type Output, type Session } from '../engine.ts';
import { thisMachine } from '../devices.ts';
import { onnxEngine } from '../onnx/engine.ts';
import { loadBackend, restoreRemovedUtilities } from './backend.ts';
import { tfjsEngine } from './engine.ts';

const architecture = architectureOf('nano', 'depthwise');
const classes = ['a', 'b', 'c'].map((name) => ({ name, displayName: name }));
const model: LoadedModel = {
  manifest: { architecture, classes } as unknown as Manifest,
  state: formulaStateDict(architecture, classes.length),
};

function images(size: number): Batch {
  return { data: fillFormula(FORMULA_INPUT, [size, 3, 224, 224]), size };
}

function expectClose(actual: Output, expected: Output): void {
  expect(actual.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const off = actual.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)), 0);
  expect(off / largest).toBeLessThan(1e-3);
}

describe('a session on the processor', () => {
  let session: Session;
  let tensors: () => number;

  beforeAll(async () => {
    session = await tfjsEngine.load(model, 'cpu');
    const { tf } = await loadBackend(thisMachine().tensorflow ? 'tensorflow' : 'wasm');
    tensors = () => tf.memory().numTensors;
  });

  afterAll(async () => {
    await session.dispose();
    expect(tensors()).toBe(0);
  });

  test('says what it is', () => {
    const preferredBatch = thisMachine().tensorflow ? 8 : 1;
    expect(session).toMatchObject({ engine: 'tfjs', device: 'cpu', precision: 'float32', preferredBatch });
  });

  test('gives each image of a batch the answer that it gets alone', async () => {
    const three = images(3);
    const { logits } = await session.run(three);
    expect(logits.shape).toEqual([3, 3]);
    const pixels = three.data.length / 3;
    for (const n of [0, 1, 2]) {
      const alone = await session.run({ data: three.data.slice(n * pixels, (n + 1) * pixels), size: 1 });
      expectClose(alone.logits, { data: logits.data.slice(3 * n, 3 * n + 3), shape: [1, 3] });
    }
  });

  test('explains as ONNX Runtime does', async () => {
    const batch = images(2);
    const other = await onnxEngine.load(model, 'cpu');
    const expected = await other.run(batch, TAPS);
    await other.dispose();
    const actual = await session.run(batch, TAPS);
    const maps = (answer: Answer) => [answer.logits, ...TAPS.flatMap((tap) => answer[tap]!)];
    expect(maps(actual)).toHaveLength(11);
    for (const [i, output] of maps(expected).entries()) expectClose(maps(actual)[i]!, output);
  });

  test('keeps nothing of a run, not of a failed one either', async () => {
    const before = tensors();
    await session.run(images(1));
    await session.run(images(2), TAPS);
    const error: unknown = await session.run({ data: new Float32Array(5), size: 1 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HifuseError);
    expect(error).toMatchObject({ code: 'engine.failed' });
    expect(tensors()).toBe(before);
  });

  test('runs two requests at once', async () => {
    const [one, two] = await Promise.all([session.run(images(1)), session.run(images(2))]);
    expectClose(one.logits, { data: two.logits.data.slice(0, 3), shape: [1, 3] });
  });
});

describe('loading', () => {
  afterEach(async () => {
    const { tf } = await loadBackend('wasm');
    expect(tf.memory().numTensors).toBe(0);
  });

  test('keeps nothing of weights that do not fit', async () => {
    const state = new Map(model.state);
    state.set('conv_head.weight', { shape: [3, 5], data: new Float32Array(15) });
    const error: unknown = await tfjsEngine.load({ ...model, state }, 'cpu').catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'model.shape-mismatch',
      message: 'conv_head.weight has the shape [3, 5], which does not fit a map of 256 channels.',
    });
  });

  test.skipIf(thisMachine().nvidia)('refuses CUDA where there is none, instead of using the processor', async () => {
    const error: unknown = await tfjsEngine.load(model, 'cuda').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'engine.unavailable' });
  });

  test('refuses what TensorFlow.js does not run on', async () => {
    const error: unknown = await tfjsEngine.load(model, 'coreml').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'engine.unavailable' });
  });
});

test('restores what Node 23 removed, and leaves alone what is there', () => {
  const own = () => true;
  const util: Record<string, unknown> = { isArray: own };
  restoreRemovedUtilities(util);
  expect(util['isArray']).toBe(own);
  const isNullOrUndefined = util['isNullOrUndefined'] as (value: unknown) => boolean;
  expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
});
