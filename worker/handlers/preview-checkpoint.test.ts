import { afterEach, beforeEach, expect, test } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { Preprocessing } from '../../models/package/manifest.ts';
import { exampleManifest, SMALL } from '../../models/package/testing/example.ts';
import type { Batch, Engine, LoadedModel } from '../engines/engine.ts';
import { CLASSES, stateEntries, temporaryFolder } from '../import/testing/checkpoints.ts';
import { py } from '../import/testing/pickle-writer.ts';
import { TorchWriter } from '../import/testing/torch-writer.ts';
import type { ImageSource, PreviewRequest } from '../protocol.ts';
import type { Inputs } from './inputs.ts';
import { previewCheckpoint } from './preview-checkpoint.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

const image = (name: string): ImageSource => ({ path: `/${name}`, frame: 0 });

/** Inputs whose only value tells image and geometry apart: 'n' gives n stretched and -n cropped. */
const inputs = {
  get: async ({ path }: ImageSource, { geometry }: Preprocessing) => {
    const value = Number(path.slice(1));
    if (Number.isNaN(value)) throw new HifuseError('image.corrupt');
    const sign = geometry === 'stretch-224' ? 1 : -1;
    return {
      rgb: Uint8Array.of(value),
      tensor: Float32Array.of(sign * value),
      region: { left: 0, top: 0, width: 1, height: 1 },
      content: { sha256: 'x', fileVersion: '1' },
    };
  },
} as unknown as Inputs;

/** A "network" whose first logit is the input, and whose second is 2.5 with the checkpoint's own weights, 2.4 once stored. */
function engine(log: string[]): Engine {
  let loads = 0;
  return {
    name: 'onnx',
    load: async ({ manifest }: LoadedModel) => {
      expect(manifest.architecture).toEqual({ ...SMALL, doubleSigmoid: true });
      const second = loads++ === 0 ? 2.5 : 2.4;
      log.push('load');
      return {
        engine: 'onnx',
        device: 'cpu',
        precision: 'float32',
        preferredBatch: 1,
        weightBytes: 0,
        run: async ({ data }: Batch) => ({ logits: { data: Float32Array.of(data[0]!, second), shape: [1, 2] } }),
        dispose: async () => void log.push('dispose'),
      };
    },
  };
}

function preview(images: ImageSource[], change: Partial<PreviewRequest> = {}, log: string[] = []) {
  const writer = new TorchWriter();
  const checkpoint = folder.write('best.pth', writer.save(py.orderedDict(stateEntries(writer))));
  const { id, name, version, license, classes, preprocessing, intended, training } = exampleManifest();
  const described = { id, name, version, license, classes, preprocessing, intended, training };
  const description = { ...described, doubleSigmoid: true, modelCard: '' };
  return previewCheckpoint({ checkpoint, description, images, pictures: true, ...change }, inputs, {
    engine: engine(log),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

test('gives picture and prediction in each geometry, and counts where they differ', async () => {
  const log: string[] = [];
  const result = await preview([image('1'), image('3'), image('broken')], {}, log);
  expect(result).toMatchObject({ readable: 2, geometryChangesTop1: 1 });
  const [one, three, broken] = result.images;
  expect(one).toMatchObject({ ok: true, image: image('1') });
  expect(three).toMatchObject({
    ok: true,
    views: [
      { geometry: 'stretch-224', top1: 0, input: { width: 224, rgb: Uint8Array.of(3) } },
      { geometry: 'shortest-edge-256-center-crop-224', top1: 1 },
    ],
  });
  expect(broken).toMatchObject({ ok: false, image: image('broken'), error: { code: 'image.corrupt' } });
  // One network in memory at a time.
  expect(log).toEqual(['load', 'dispose', 'load', 'dispose']);
});

test('says what storing the weights changes', async () => {
  const { storage } = await preview([image('2.45'), image('1')], { pictures: false });
  expect(storage).toMatchObject({ dtype: 'float16', changesTop1: 1 });
  expect(storage.largestProbabilityDifference).toBeCloseTo(0.025, 3);
});

test('hands out no pictures where none are wanted', async () => {
  const { images } = await preview([image('1')], { pictures: false });
  expect(images[0]).toMatchObject({ ok: true, views: [{ input: null }, { input: null }] });
});

test('refuses a description that does not fit', async () => {
  const { classes } = exampleManifest();
  const description = { ...exampleManifest(), doubleSigmoid: true, modelCard: '', classes: classes.slice(0, 1) };
  expect(CLASSES).toBe(2);
  await expect(preview([image('1')], { description })).rejects.toMatchObject({ code: 'request.invalid' });
});
