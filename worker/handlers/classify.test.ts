import { describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type { Batch, Session } from '../engines/engine.ts';
import type { ImageSource, Outcome } from '../protocol.ts';
import type { OpenModel } from '../sessions.ts';
import { classify } from './classify.ts';
import type { Imaging, PreparedInput } from './imaging.ts';
import { Inputs } from './inputs.ts';

/** A chest radiograph of a child, as its file says. */
const CHEST = {
  rows: 500,
  columns: 500,
  modality: 'DX',
  bodyPart: 'CHEST',
  imageType: [],
  sopClassUid: '',
  burnedInAnnotation: '',
  qualityControlImage: '',
  photometricInterpretation: 'MONOCHROME2',
} as unknown as PreparedInput['header'];
/** A picture in colour. */
const COLOURED = Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => [200, 40, 40][i % 3]! + (i >> 11));

/** Images are named by a number, which becomes the first logit; `bad` cannot be decoded. */
const image = (name: number | string): ImageSource => ({ path: `/gone/${name}`, frame: 0 });
const valueOf = ({ path }: ImageSource): number => Number(path.split('/').at(-1));

function start(options: { preferredBatch?: number; temperature?: number; fails?: (batch: Batch) => boolean } = {}) {
  const batches: number[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  const imaging = {
    input: async (source: ImageSource): Promise<PreparedInput> => {
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      if (source.path.endsWith('bad')) throw new HifuseError('image.corrupt');
      return {
        rgb: COLOURED,
        tensor: Float32Array.of(valueOf(source)),
        region: { left: 0, top: 0, width: 1, height: 1 },
        window: 'file',
        content: { sha256: '', fileVersion: '1' },
        header: CHEST,
        milliseconds: { decode: 1, preprocess: 2 },
        warnings: [],
      };
    },
  } as unknown as Imaging;
  const session = {
    engine: 'onnx',
    device: 'cpu',
    precision: 'float32',
    preferredBatch: options.preferredBatch ?? 4,
    run: (batch: Batch) => {
      batches.push(batch.size);
      if (options.fails?.(batch)) return Promise.reject(new HifuseError('engine.failed'));
      const data = Float32Array.from([...batch.data].flatMap((value) => [value, 0]));
      return Promise.resolve({
        logits: { data, shape: [batch.size, 2] },
        pooled: { data: new Float32Array(batch.size), shape: [batch.size, 1] },
      });
    },
  } as unknown as Session;
  const manifest = {
    id: 'm',
    version: '1',
    name: 'M',
    classes: ['a', 'b'].map((name) => ({ name, displayName: name })),
    preprocessing: { geometry: 'stretch-224' },
    intended: { modalities: ['CR'], bodyParts: [], views: [], ageYears: null },
    calibration: options.temperature ? { temperature: options.temperature } : null,
    weights: { sha256: 'x' },
  } as unknown as Manifest;
  const open = { session, model: { manifest, reference: null }, devices: [] } as unknown as OpenModel;
  const progress: number[] = [];
  const run = (names: (number | string)[], signal = new AbortController().signal): Promise<Outcome[]> =>
    classify(names.map(image), open, new Inputs(imaging), {
      heatMaps: false,
      signal,
      onProgress: (done) => progress.push(done),
    });
  return { run, batches, progress, mostUnderWay: () => mostUnderWay };
}

const logits = (outcomes: Outcome[]) =>
  outcomes.map((outcome) => (outcome.ok ? outcome.prediction.classes[0]!.logit : outcome.error.code));

describe('classify', () => {
  it('answers in order, in batches of the preferred size', async () => {
    const { run, batches, progress } = start();
    expect(logits(await run([0, 1, 2, 3, 4, 5, 6, 7, 8]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(batches).toEqual([4, 4, 1]);
    expect(progress).toEqual([4, 8, 9]);
  });

  it('lets a bad image fail alone', async () => {
    const { run } = start();
    expect(logits(await run([1, 'bad', 3]))).toEqual([1, 'image.corrupt', 3]);
    expect(logits(await run(['bad']))).toEqual(['image.corrupt']);
  });

  it('tells a failing network for the images of its batch, and goes on', async () => {
    const { run } = start({ preferredBatch: 2, fails: (batch) => batch.data.includes(2) });
    expect(logits(await run([1, 2, 3, 4]))).toEqual(['engine.failed', 'engine.failed', 3, 4]);
  });

  it('gives no probabilities where the network gave no numbers', async () => {
    const { run } = start();
    expect(logits(await run([1, NaN]))).toEqual([1, 'engine.failed']);
  });

  it('applies the calibration, and says so', async () => {
    const [plain] = await start().run([2]);
    const [calibrated] = await start({ temperature: 2 }).run([2]);
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    expect(plain).toMatchObject({ ok: true, prediction: { calibrated: false, top1: 0 } });
    expect(calibrated).toMatchObject({ ok: true, prediction: { calibrated: true, top1: 0 } });
    expect(plain!.ok && plain!.prediction.classes[0]!.probability).toBeCloseTo(sigmoid(2), 12);
    expect(calibrated!.ok && calibrated!.prediction.classes[0]!.probability).toBeCloseTo(sigmoid(1), 12);
  });

  it('judges every image, by its file and by its pixels', async () => {
    const [outcome] = await start().run([2]);
    expect(outcome).toMatchObject({
      prediction: {
        verdict: {
          state: 'outside',
          reasons: [
            { code: 'use.modality', details: { given: 'DX', meant: 'CR' } },
            { code: 'pixels.colour' },
            { code: 'model.no-statistics' },
          ],
          oodScore: null,
        },
        set: null,
      },
    });
  });

  it('decodes ahead of the network, in bounded memory', async () => {
    const { run, mostUnderWay } = start({ preferredBatch: 2 });
    await run(Array.from({ length: 50 }, (_, i) => i));
    expect(mostUnderWay()).toBeGreaterThan(2);
    expect(mostUnderWay()).toBeLessThanOrEqual(6);
  });

  it('ends when aborted', async () => {
    const { run } = start();
    const reason = new HifuseError('request.cancelled');
    await expect(run([1, 2], AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
