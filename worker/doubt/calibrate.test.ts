import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { formulaStateDict } from '../../models/hifuse/formula.ts';
import { headState } from '../../models/hifuse/network.ts';
import { encodePackage } from '../../models/package/package.ts';
import { exampleManifest, exampleSelfTest } from '../../models/package/testing/example.ts';
import { encodeWeights } from '../../models/package/weights.ts';
import { gaussian, randomFrom } from '../../models/random.ts';
import type { Batch, Session } from '../engines/engine.ts';
import type { PreparedInput } from '../handlers/imaging.ts';
import type { Inputs } from '../handlers/inputs.ts';
import { loadPackage, sha256 } from '../import/load-package.ts';
import { writePackage } from '../import/write-package.ts';
import type { CalibrateRequest } from '../protocol.ts';
import type { OpenModel } from '../sessions.ts';
import { calibrate } from './calibrate.ts';

const SIDE = 224;
/** Of the last map, and of all stages together. */
const CHANNELS = 128;
const FEATURES = 240;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-calibrate-'));
  const manifest = exampleManifest();
  const { bytes, dtype } = encodeWeights(formulaStateDict(manifest.architecture, manifest.classes.length), manifest);
  const named = { ...manifest, weights: { ...manifest.weights, sha256: sha256(bytes), dtype } };
  await writePackage(path.join(folder, 'example'), encodePackage(named, bytes, '# Example', exampleSelfTest()));
});
afterEach(() => rm(folder, { recursive: true }));

const random = randomFrom(10);
/** One noisy ramp for all: the pictures differ in their brightness. */
const picture = Uint8Array.from(
  { length: SIDE * SIDE * 3 },
  (_, i) => 90 + 0.1 * (i % (3 * SIDE)) + 4 * gaussian(random),
);

/** 'images/17' -> an image with the logits (0.17, 0); 'images/bad' cannot be read. */
const inputs = {
  get: ({ path: file }: { path: string }): Promise<PreparedInput> => {
    const value = Number(file.split('/').at(-1));
    if (Number.isNaN(value)) return Promise.reject(new HifuseError('image.corrupt'));
    const rgb = picture.map((level) => level + value);
    const tensor = new Float32Array(3 * SIDE * SIDE).fill(value / 100);
    return Promise.resolve({ rgb, tensor, content: { sha256: file, fileVersion: '1' } } as PreparedInput);
  },
} as unknown as Inputs;

const session = {
  preferredBatch: 8,
  run: ({ data, size }: Batch) => {
    const values = Array.from({ length: size }, (_, n) => data[n * 3 * SIDE * SIDE]!);
    return Promise.resolve({
      logits: { data: Float32Array.from(values.flatMap((value) => [value, 0])), shape: [size, 2] },
      pooled: {
        data: Float32Array.from(values.flatMap((value) => Array.from({ length: FEATURES }, (_, c) => value * (c % 5)))),
        shape: [size, FEATURES],
      },
      fused4: {
        data: Float32Array.from({ length: size * CHANNELS * 49 }, (_, i) => Math.sin(i)),
        shape: [size, CHANNELS, 7, 7],
      },
    });
  },
} as unknown as Session;

async function start(changes: Partial<CalibrateRequest> = {}) {
  const directory = path.join(folder, 'example');
  const model = await loadPackage(directory);
  const open = { session, model, head: headState(model.state), devices: [] } as unknown as OpenModel;
  const request: CalibrateRequest = {
    directory,
    out: path.join(folder, 'calibrated'),
    // Every fourth is of class b.
    data: Array.from({ length: 24 }, (_, i) => ({ path: `images/${i}`, label: i % 4 === 0 ? 1 : 0 })),
    dataName: 'data',
    reference: [...Array.from({ length: 24 }, (_, i) => `images/${i}`), 'images/bad'],
    referenceName: 'training',
    coverages: [0.9, 0.7],
    share: 0.9,
    ...changes,
  };
  const progress: number[] = [];
  const options = { signal: new AbortController().signal, onProgress: (done: number) => progress.push(done) };
  return { result: await calibrate(request, model, open, inputs, options), progress, request };
}

describe('calibrating a package', () => {
  it('writes what labels and training images tell, and leaves the weights as they were', async () => {
    const { result, progress } = await start();
    expect(result.unreadable).toBe(1);
    expect(progress.at(-1)).toBe(49);
    const before = await loadPackage(path.join(folder, 'example'));
    const after = await loadPackage(result.directory);
    expect(after.manifest).toEqual(result.manifest);
    expect(after.manifest).toMatchObject({
      id: 'calibrated',
      weights: before.manifest.weights,
      calibration: { method: 'temperature', data: 'data', images: 24, sets: [{ coverage: 0.9 }, { coverage: 0.7 }] },
      statistics: { share: 0.9, reference: { data: 'training', images: 24 }, thresholdData: { images: 24 } },
    });
    // Three of four are right at logits from 0 to 0.23: the network is less sure than it could be.
    expect(after.manifest.calibration!.temperature).toBeLessThan(0.5);
    expect(after.state).toEqual(before.state);
    expect(before.reference).toBeNull();
    expect(after.reference?.thresholds).toEqual(after.manifest.statistics!.thresholds);
  });

  it('names the data by their content and labels', async () => {
    const hash = async (changes: Partial<CalibrateRequest>) =>
      (await start(changes)).result.manifest.calibration!.dataSha256;
    const first = await hash({});
    expect(await hash({ dataName: 'other name' })).toBe(first);
    const { request } = await start();
    const [one, ...others] = request.data;
    expect(await hash({ data: [{ ...one!, label: 0 }, ...others] })).not.toBe(first);
  });

  it('refuses too few images, and ids and folders that cannot be written, before any work', async () => {
    const data = [{ path: 'images/1', label: 0 }];
    await expect(start({ data })).rejects.toMatchObject({ details: { reason: 'too-few-images' } });
    await expect(start({ out: path.join(folder, 'No Id') })).rejects.toMatchObject({ code: 'request.invalid' });
    await writeFile(path.join(folder, 'calibrated'), 'something else');
    await expect(start()).rejects.toMatchObject({ code: 'file.write-failed' });
  });

  it('is refused when the statistics are not those that the manifest names', async () => {
    const { result } = await start();
    await writeFile(path.join(result.directory, 'statistics.safetensors'), 'else');
    await expect(loadPackage(result.directory)).rejects.toMatchObject({ code: 'model.hash-mismatch' });
    await rm(path.join(result.directory, 'statistics.safetensors'));
    await expect(loadPackage(result.directory)).rejects.toMatchObject({ code: 'model.invalid-package' });
  });
});
