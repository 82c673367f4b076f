import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFrom } from '../../models/random.ts';
import { decodeSafetensors } from '../../models/package/safetensors.ts';
import { SMALL } from '../../models/package/testing/example.ts';
import { loadBackend } from '../engines/tfjs/backend.ts';
import { createImagingPool, type ImagingPool } from '../imaging/pool.ts';
import { buildThreadEntry } from '../imaging/testing/thread-entry.ts';
import { rawTensors, readCheckpoint } from './checkpoint.ts';
import { RELEASED } from './recipe.ts';
import type { TrainRequest } from './request.ts';
import { requireMemory, RUN_FILES, train } from './trainer.ts';

let folder: string;
let imaging: ImagingPool;
const images: TrainRequest['train'] = [];

/** Pictures of two classes that are easy to tell apart: dark above, or dark below. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hifuse-train-'));
  const random = randomFrom(1);
  for (let i = 0; i < 8; i++) {
    const label = i % 2;
    const pixels = Uint8Array.from({ length: 64 * 64 }, (_, k) => {
      const bright = k < 32 * 64 === (label === 0);
      return Math.floor((bright ? 150 : 20) + 80 * random());
    });
    const path = join(folder, `${i}.png`);
    await writeFile(
      path,
      await sharp(pixels, { raw: { width: 64, height: 64, channels: 1 } })
        .png()
        .toBuffer(),
    );
    images.push({ path, label, group: `p${i}` });
  }
  imaging = createImagingPool({ threads: 1, entry: await buildThreadEntry('train') });
}, 60_000);

afterAll(async () => {
  await imaging.close();
  await rm(folder, { recursive: true, force: true });
  const { tf } = await loadBackend('wasm');
  expect(tf.memory().numTensors).toBe(0);
});

function request(name: string, changes: Partial<TrainRequest> = {}): TrainRequest {
  return {
    out: join(folder, name),
    architecture: SMALL,
    classes: ['down', 'up'].map((one) => ({ name: one, displayName: one })),
    preprocessing: {
      geometry: 'stretch-224',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      exifOrientation: false,
      dicomWindow: 'file',
    },
    recipe: {
      ...RELEASED,
      epochs: 2,
      batchSize: 2,
      accumulation: 2,
      learningRate: 2e-3,
      emaDecay: 0.5,
      dropPath: 0.1,
      clipNorm: 1,
      mixup: 0.2,
      augmentation: { ...RELEASED.augmentation, scale: [0.8, 1], flip: 0, rotation: 5 },
    },
    train: images.slice(0, 6),
    val: images.slice(6),
    init: null,
    freeze: [],
    device: 'cpu',
    resume: false,
    session: 'first',
    checkpointSeconds: 0,
    description: {
      id: 'x',
      name: 'X',
      version: '1',
      license: 'MIT',
      intended: { modalities: [], bodyParts: [], views: [], ageYears: null },
      data: '6 images',
    },
    ...changes,
  };
}

function run(name: string, changes: Partial<TrainRequest> = {}, stopAfter = Infinity) {
  const controller = new AbortController();
  const texts: string[] = [];
  const result = train(request(name, changes), {
    imaging,
    signal: controller.signal,
    onProgress: (_done, _total, text) => {
      texts.push(text);
      if (texts.length === stopAfter) controller.abort(new Error('stopped'));
    },
  });
  return { result, texts };
}

const checkpoint = (name: string) => readCheckpoint(join(folder, `${name}.training`, RUN_FILES.checkpoint));

describe('training', { timeout: 180_000 }, () => {
  test('interrupted and resumed, it ends where it would have ended', async () => {
    const whole = run('whole');
    const { history, best } = await whole.result;
    expect(history.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(history).toContainEqual(best);
    expect(whole.texts.at(-1)).toMatch(/^Epoch 2 of 2: loss/);

    // In the middle of the first epoch.
    await expect(run('parts', {}, 1).result).rejects.toThrow('stopped');
    expect((await checkpoint('parts'))?.progress).toMatchObject({ epoch: 0, step: 1 });
    await expect(run('parts', { session: 'second' }).result).rejects.toMatchObject({
      code: 'request.invalid',
      details: { reason: 'training-exists' },
    });
    await expect(run('parts', { resume: true, train: images.slice(0, 5) }).result).rejects.toMatchObject({
      details: { reason: 'training-differs' },
    });
    const resumed = await run('parts', { resume: true, session: 'second' }).result;

    const untimed = (records: typeof history) => records.map((record) => ({ ...record, seconds: 0 }));
    expect(untimed(resumed.history)).toEqual(untimed(history));
    const [a, b] = [await checkpoint('whole'), await checkpoint('parts')];
    expect(b!.optimizer).toEqual(a!.optimizer);
    const bytes = (name: string) => readFile(join(folder, `${name}.training`, RUN_FILES.best));
    expect((await bytes('parts')).equals(await bytes('whole'))).toBe(true);

    const files = await readdir(join(folder, 'whole.training'));
    expect(files.filter((name) => name.startsWith('events.out.tfevents.'))).toHaveLength(1);
    expect(files).toEqual(expect.arrayContaining(Object.values(RUN_FILES)));
    expect(files.filter((name) => name.endsWith('.draft'))).toEqual([]);
    // The same asking again, as after a crash of the process, finds everything done.
    expect(untimed((await run('whole').result).history)).toEqual(untimed(history));
  });

  test('frozen parameters stay, the others do not; it starts from given weights', async () => {
    const begun = join(folder, 'whole.training', RUN_FILES.best);
    const freeze = ['stages.', 'layers', 'patch_embed', 'downsample_layers', 'fu'];
    const recipe = { ...request('').recipe, epochs: 1, accumulation: 3, emaDecay: null, mixup: 0 };
    await run('frozen', { init: begun, freeze, recipe }).result;
    const before = decodeSafetensors(new Uint8Array(await readFile(begun)), begun);
    const after = new Map(rawTensors((await checkpoint('frozen'))!.optimizer.values));
    const changed = [...after].filter(([name, { bytes }]) => Buffer.compare(bytes, before.get(name)!.bytes) !== 0);
    const trained = changed.map(([name]) => name).filter((name) => !/running_/.test(name));
    expect(trained.sort()).toEqual(['conv_head.bias', 'conv_head.weight', 'conv_norm.bias', 'conv_norm.weight']);
  });
});

test('a batch that WebAssembly cannot hold is refused, and how to get the native library is said', () => {
  const large = request('large', { recipe: { ...RELEASED, batchSize: 32 } });
  expect(() => {
    requireMemory('wasm', large);
  }).toThrow(/holds 16 images.*setup:cuda.*--batch 16/);
  requireMemory('tensorflow', large);
});
