import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillFormula, formulaStateDict } from '../../../models/hifuse/formula.ts';
import { architectureOf } from '../../../models/hifuse/variants.ts';
import type { Architecture, Manifest } from '../../../models/package/manifest.ts';
import { loadPackage } from '../../import/load-package.ts';
import { decodeFrame } from '../../imaging/index.ts';
import { preprocess } from '../../imaging/preprocess.ts';
import type { LoadedModel } from '../engine.ts';
import { onnxEngine } from './engine.ts';
import { CONDITION, quantize, type HeldBackImage } from './quantize.ts';

function formulaModel(irmlp: Architecture['irmlp']): LoadedModel {
  const architecture = architectureOf('nano', irmlp);
  return { manifest: { architecture } as Manifest, state: formulaStateDict(architecture, 3) };
}

/** Noise, each image its own: the formula's uniform values under other names. */
const noise = (count: number, kind: string) =>
  Array.from({ length: count }, (_, i) => fillFormula(`${kind} ${i}`, [3, 224, 224]).map((value) => value * 20));
const held = (images: readonly Float32Array[]): HeldBackImage[] => images.map((image) => ({ image, label: null }));

describe.each(['depthwise', 'dense'] as const)('nano with %s IRMLP in int8', (irmlp) => {
  test('meets the condition, and runs on the CPU as it was measured', async () => {
    const model = formulaModel(irmlp);
    const heldBack = noise(6, 'held back');
    const quantization = await quantize(model, { calibration: noise(6, 'calibration'), heldBack: held(heldBack) });
    expect(quantization).toMatchObject({ scheme: 'int8-qdq', calibrationImages: 6, heldBackImages: 6 });
    expect(quantization.top1Agreement).toBe(1);
    expect(quantization.meanAbsoluteProbabilityDifference).toBeGreaterThan(0);
    expect(quantization.meanAbsoluteProbabilityDifference).toBeLessThan(CONDITION.meanAbsoluteProbabilityDifference);
    expect(quantization.heldBackAccuracy).toBeNull();
    const layers = quantization.activations.map(({ layer }) => layer);
    expect(layers.filter((layer) => layer.endsWith('residual.conv1.conv'))).toHaveLength(irmlp === 'dense' ? 4 : 0);
    expect(layers).not.toContain('conv_head');

    const session = await onnxEngine.load({ ...model, manifest: { ...model.manifest, quantization } }, 'cpu');
    const reference = await onnxEngine.load(model, 'cpu');
    try {
      expect([session.precision, reference.precision]).toEqual(['int8', 'float32']);
      const batch = { data: heldBack[0]!, size: 1 };
      const explained = await session.run(batch, ['fused4']);
      expect(explained.logits.data).toEqual((await session.run(batch)).logits.data);
      const exact = (await reference.run(batch)).logits.data;
      const differences = exact.map((logit, i) => Math.abs(logit - explained.logits.data[i]!));
      expect(Math.max(...differences)).toBeGreaterThan(0);
      expect(Math.max(...differences)).toBeLessThan(0.1);
    } finally {
      await session.dispose();
      await reference.dispose();
    }
  });
});

test('is refused where even single layers in int8 change the answers', { timeout: 300_000 }, async () => {
  // Images that hardly differ: less than int8 from float32.
  const common = noise(1, 'common')[0]!;
  const images = noise(5, 'image').map((image) => image.map((value, i) => common[i]! + value / 100));
  const model = await undecided(formulaModel('depthwise'), images);
  const texts: string[] = [];
  const attempt = quantize(model, {
    calibration: images.slice(0, 2),
    heldBack: held(images.slice(2)),
    onProgress: (text) => texts.push(text),
  });
  await expect(attempt).rejects.toMatchObject({ code: 'model.quantization-refused' });
  expect(texts).toContain('how sensitive layer 61 of 61 is');
  expect(texts).toContain('keeping 32 of 61 layers in float32');
});

/** The model with a head so steep, and balanced so finely on these images, that any rounding changes its answers. */
async function undecided(model: LoadedModel, images: readonly Float32Array[]): Promise<LoadedModel> {
  const session = await onnxEngine.load(model, 'cpu');
  const centre = [0, 0, 0];
  for (const data of images) {
    const { logits } = await session.run({ data, size: 1 });
    logits.data.forEach((logit, i) => (centre[i]! += logit / images.length));
  }
  await session.dispose();
  const [weight, bias] = [model.state.get('conv_head.weight')!, model.state.get('conv_head.bias')!];
  const state = new Map(model.state)
    .set('conv_head.weight', { ...weight, data: weight.data.map((value) => value * 1e4) })
    .set('conv_head.bias', { ...bias, data: bias.data.map((value, i) => (value - centre[i]!) * 1e4) });
  return { ...model, state };
}

test('needs images of both kinds', async () => {
  const model = formulaModel('depthwise');
  const attempts = [
    quantize(model, { calibration: [], heldBack: held(noise(1, 'held back')) }),
    quantize(model, { calibration: noise(1, 'calibration'), heldBack: [] }),
  ];
  for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'request.invalid' });
});

const DATA = join(import.meta.dirname, '../../../../shared/datasets/chest-xray');
const BUNDLED = join(import.meta.dirname, '../../../models/bundled/chest-xray-nano');

describe.skipIf(!existsSync(DATA))('the bundled model on labelled radiographs', () => {
  /** Every n-th file of a part of the data set, with its label. */
  const listed = (part: string, count: number) => {
    const rows = readFileSync(join(DATA, 'split.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
    const files = rows.map((row) => row.split(',')).filter((cells) => cells[3] === part);
    return Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)]!);
  };

  const [calibrating, measured] = process.env['HIFUSE_LONG'] ? [32, 120] : [16, 40];

  test('keeps its answers and its accuracy', { timeout: 300_000 }, async () => {
    const model = await loadPackage(BUNDLED);
    const { preprocessing, classes } = model.manifest;
    const read = async ([file]: string[]) => preprocess(await decodeFrame(join(DATA, file!), 0), preprocessing).tensor;
    const calibration = await Promise.all(listed('val', calibrating).map(read));
    async function* heldBack(): AsyncIterable<HeldBackImage> {
      for (const row of listed('test', measured)) {
        yield { image: await read(row), label: classes.findIndex(({ name }) => name === row[1]) };
      }
    }
    const quantization = await quantize(model, { calibration, heldBack: heldBack() });
    expect(quantization.heldBackImages).toBe(measured);
    expect(quantization.top1Agreement).toBeGreaterThanOrEqual(CONDITION.top1Agreement);
    expect(quantization.meanAbsoluteProbabilityDifference).toBeLessThan(0.01);
    const { float32, int8 } = quantization.heldBackAccuracy!;
    expect(float32).toBeGreaterThan(0.6);
    expect(Math.abs(int8 - float32)).toBeLessThan(0.02);
  });
});
