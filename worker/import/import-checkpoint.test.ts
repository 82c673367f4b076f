import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SMALL } from '../../models/package/testing/example.ts';
import type { Engine, LoadedModel } from '../engines/engine.ts';
import type { ImportOptions } from '../protocol.ts';
import { importCheckpoint, summarizeCheckpoint } from './import-checkpoint.ts';
import { loadPackage } from './load-package.ts';
import { CLASSES, STATE, stateEntries, temporaryFolder } from './testing/checkpoints.ts';
import { py } from './testing/pickle-writer.ts';
import { TorchWriter } from './testing/torch-writer.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

/** A "network" whose logits are sums of its weights: enough to see which weights it was given. */
function summing(seen: LoadedModel[] = []): Engine {
  return {
    name: 'onnx',
    load: async (model, device) => {
      seen.push(model);
      const sum = model.state.get('conv_head.weight')!.data.reduce((total, value) => total + value, 0);
      const run = async ({ size }: { size: number }) => ({
        logits: { data: new Float32Array(size * CLASSES).fill(sum), shape: [size, CLASSES] },
      });
      return {
        engine: 'onnx',
        device,
        precision: 'float32',
        preferredBatch: 1,
        weightBytes: 0,
        run,
        dispose: async () => undefined,
      };
    },
  };
}

/** The released training checkpoint of the small network. */
const CHECKPOINT = (() => {
  const writer = new TorchWriter();
  return writer.save(py.dict({ net: py.orderedDict(stateEntries(writer)), epoch: 1 }));
})();

const saveCheckpoint = (): string => folder.write('best_model.pth', CHECKPOINT);

function options(change: Partial<ImportOptions> = {}): ImportOptions {
  return {
    checkpoint: join(folder.path, 'best_model.pth'),
    out: join(folder.path, 'package'),
    id: 'small',
    name: 'Small',
    version: '1.2.3',
    license: 'MIT',
    classes: ['a', 'b'].map((name) => ({ name, displayName: name.toUpperCase() })),
    preprocessing: {
      geometry: 'shortest-edge-256-center-crop-224',
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      exifOrientation: false,
      dicomWindow: 'file',
    },
    intended: { modalities: [], bodyParts: [], views: [], ageYears: null },
    training: { data: '', metrics: {} },
    doubleSigmoid: true,
    modelCard: '',
    ...change,
  };
}

const run = (change: Partial<ImportOptions> = {}, seen?: LoadedModel[]) =>
  importCheckpoint(options(change), () => Promise.resolve(summing(seen)));

test('summarizeCheckpoint says what names and shapes tell', async () => {
  const summary = await summarizeCheckpoint(saveCheckpoint());
  expect(summary).toMatchObject({
    format: 'PyTorch, weights under net',
    architecture: SMALL,
    variant: 'custom',
    classCount: CLASSES,
    dtypes: ['F32', 'I64'],
  });
  expect(summary.ignored.find(({ name }) => name === 'norm.weight')!.reason).toContain('conv_norm');
});

describe('importCheckpoint', () => {
  test('writes a package that loads, with the weights of the checkpoint', async () => {
    saveCheckpoint();
    const seen: LoadedModel[] = [];
    const { directory, manifest } = await run({}, seen);
    expect(directory).toBe(join(folder.path, 'package'));
    expect(readdirSync(directory).sort()).toEqual([
      'MODEL_CARD.md',
      'manifest.json',
      'selftest.json',
      'weights.safetensors',
    ]);
    expect(readdirSync(folder.path).sort()).toEqual(['best_model.pth', 'package']);

    const loaded = await loadPackage(directory);
    expect(loaded.manifest).toEqual(manifest);
    expect(manifest).toMatchObject({ id: 'small', version: '1.2.3', architecture: { ...SMALL, doubleSigmoid: true } });
    expect(loaded.modelCard).toContain('# Small');
    for (const [name, { data }] of loaded.state) {
      expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(STATE.get(name)!.data.buffer)), name).toBe(0);
    }
    // The self-test is of the checkpoint's own weights; the stored ones are measured against them.
    expect(seen).toHaveLength(2);
    const sum = STATE.get('conv_head.weight')!.data.reduce((total, value) => total + value, 0);
    expect(loaded.selfTest.logits.flat()).toEqual(new Array(4).fill(Math.fround(sum)));
  });

  test('allows in the self-test for the rounding of float16, as measured', async () => {
    const writer = new TorchWriter();
    // 1 + 2^-11 is halfway between two float16 numbers: every weight is rounded by 2^-11, 256 of them by 1/8.
    const weights = new Float32Array(256).fill(1 + 2 ** -11);
    const entries = new Map(stateEntries(writer)).set('conv_head.weight', writer.tensor([2, 128], weights));
    folder.write('best_model.pth', writer.save(entries));
    const { directory } = await run();
    const { tolerance } = (await loadPackage(directory)).selfTest;
    expect(tolerance.float32).toBeGreaterThan(0.125);
    expect(tolerance.float32).toBeLessThan(0.125 + 0.3);
    expect(tolerance.float16).toBeGreaterThan(tolerance.float32);
    expect(tolerance.int8).toBeGreaterThan(tolerance.float16);
  });

  test('replaces a package, and nothing else', async () => {
    saveCheckpoint();
    await run();
    const { manifest } = await run({ version: '2.0.0' });
    expect((await loadPackage(join(folder.path, 'package'))).manifest).toEqual(manifest);

    mkdirSync(join(folder.path, 'thesis'));
    writeFileSync(join(folder.path, 'thesis', 'chapter-1.txt'), 'years of work');
    await expect(run({ out: join(folder.path, 'thesis') })).rejects.toMatchObject({
      code: 'file.write-failed',
      message: expect.stringContaining('chapter-1.txt') as string,
    });
    expect(readFileSync(join(folder.path, 'thesis', 'chapter-1.txt'), 'utf8')).toBe('years of work');
  });

  test('leaves nothing behind when it fails', async () => {
    saveCheckpoint();
    const broken: Engine = { name: 'onnx', load: () => Promise.reject(new Error('no engine')) };
    await expect(importCheckpoint(options(), () => Promise.resolve(broken))).rejects.toThrow('no engine');
    await expect(run({ out: join(folder.path, 'best_model.pth', 'below') })).rejects.toMatchObject({
      code: 'file.write-failed',
    });
    expect(readdirSync(folder.path)).toEqual(['best_model.pth']);
  });

  test.each<[string, Partial<ImportOptions>, string, RegExp]>([
    [
      'another number of classes',
      { classes: [{ name: 'a', displayName: 'A' }] },
      'request.invalid',
      /2 classes apart, and 1/,
    ],
    ['an id that is a path', { id: '../../etc' }, 'request.invalid', /id must match/],
    ['no checkpoint', { checkpoint: '/nowhere/model.pth' }, 'file.not-found', /model\.pth does not exist/],
  ])('refuses %s', async (_, change, code, message) => {
    saveCheckpoint();
    await expect(run(change)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(existsSync(join(folder.path, 'package'))).toBe(false);
  });

  test('refuses an empty file and a folder', async () => {
    await expect(summarizeCheckpoint(folder.write('empty.pth', new Uint8Array(0)))).rejects.toMatchObject({
      code: 'file.empty',
    });
    await expect(summarizeCheckpoint(folder.path)).rejects.toMatchObject({ code: 'file.unreadable' });
  });
});

describe('loadPackage', () => {
  const packagePath = (file: string): string => join(folder.path, 'package', file);
  let original: ReturnType<typeof temporaryFolder>;
  beforeAll(async () => {
    original = temporaryFolder();
    const checkpoint = original.write('best_model.pth', CHECKPOINT);
    await run({ checkpoint, out: join(original.path, 'package') });
  });
  afterAll(() => original.remove());
  beforeEach(() => cpSync(join(original.path, 'package'), join(folder.path, 'package'), { recursive: true }));
  const load = () => loadPackage(join(folder.path, 'package'));

  test.each<[string, string, RegExp, () => void]>([
    ['no manifest', 'model.not-found', /no manifest\.json/, () => rmSync(packagePath('manifest.json'))],
    [
      'no weights',
      'model.invalid-package',
      /package\/weights\.safetensors is missing/,
      () => rmSync(packagePath('weights.safetensors')),
    ],
    [
      'an empty model card',
      'model.invalid-package',
      /MODEL_CARD\.md is empty/,
      () => truncateSync(packagePath('MODEL_CARD.md')),
    ],
    ['weights cut off', 'model.hash-mismatch', /SHA-256/, () => truncateSync(packagePath('weights.safetensors'), 1000)],
    [
      'an enormous manifest',
      'model.invalid-package',
      /at most 1048576/,
      () => truncateSync(packagePath('manifest.json'), 2 ** 31),
    ],
    [
      'a manifest that points elsewhere',
      'model.invalid-package',
      /weights\.file/,
      () => {
        const text = readFileSync(packagePath('manifest.json'), 'utf8');
        writeFileSync(packagePath('manifest.json'), text.replace('weights.safetensors', '../best_model.pth'));
      },
    ],
    [
      'a folder in place of a file',
      'file.unreadable',
      /selftest\.json/,
      () => {
        rmSync(packagePath('selftest.json'));
        mkdirSync(packagePath('selftest.json'));
      },
    ],
    [
      'a device in place of a file',
      'file.unreadable',
      /selftest\.json/,
      () => {
        rmSync(packagePath('selftest.json'));
        symlinkSync('/dev/zero', packagePath('selftest.json'));
      },
    ],
  ])('refuses %s', async (_, code, message, damage) => {
    damage();
    await expect(load()).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  test('says of another folder that it is no package', async () => {
    await expect(loadPackage(folder.path)).rejects.toMatchObject({ code: 'model.not-found' });
    await expect(loadPackage('/nowhere')).rejects.toMatchObject({ code: 'model.not-found' });
  });
});
