/**
 * ONNX Runtime's WebGPU provider, for real: on the software Vulkan driver that Chromium brings along. The loader looks
 * for Vulkan's libraries when a process starts, so the tests run in one of their own, with the driver in its
 * environment: this same file, by vitest once more.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assess, fitReference } from '../../../models/doubt/deviation.ts';
import { featuresOf } from '../../../models/doubt/features.ts';
import { describePixels } from '../../../models/doubt/pixels.ts';
import { gaussian, randomFrom } from '../../../models/random.ts';
import { fillFormula, FORMULA_INPUT, formulaStateDict } from '../../../models/hifuse/formula.ts';
import { architectureOf } from '../../../models/hifuse/variants.ts';
import type { Manifest, SelfTest } from '../../../models/package/manifest.ts';
import { TAPS, type LoadedModel, type Output, type Session } from '../engine.ts';
import { openSession } from '../select.ts';
import { onnxEngine } from './engine.ts';

const ROOT = join(import.meta.dirname, '../../..');
const GOLDEN = join(ROOT, 'models/hifuse/golden/hifuse-nano-depthwise.json');
const LONG = process.env['HIFUSE_LONG'] === '1';

/** Manifests of the driver, beside the libraries that it needs. */
const DRIVERS = ['/usr/lib/chromium', '/opt/google/chrome', '/usr/lib/chromium-browser'].map((folder) =>
  join(folder, 'vk_swiftshader_icd.json'),
);
const driver = DRIVERS.find((path) => existsSync(path) && existsSync(join(dirname(path), 'libvulkan.so.1')));
const MARK = 'HIFUSE_TEST_WEBGPU';
const inside = process.env[MARK] === '1';

/** Runs this file's tests in a process that has the driver; resolves with its exit status and what it printed. */
function runInside(icd: string): Promise<{ status: number | null; printed: string }> {
  const env = {
    ...process.env,
    [MARK]: '1',
    VK_ICD_FILENAMES: icd,
    LD_LIBRARY_PATH: [dirname(icd), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
  };
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', import.meta.filename, '--reporter=verbose'], {
    cwd: ROOT,
    env,
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += String(chunk)));
  child.stderr.on('data', (chunk) => (printed += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve({ status, printed }));
  });
}

describe.skipIf(inside)('WebGPU', () => {
  test.skipIf(!driver || !existsSync(GOLDEN))(
    'agrees with PyTorch on a software driver, which auto does not choose',
    async () => {
      const { status, printed } = await runInside(driver!);
      expect(status, printed).toBe(0);
      expect(printed).toMatch(/\d passed/);
    },
    900_000,
  );
});

describe.runIf(inside)('WebGPU on a software driver', () => {
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { logits: number[][] };
  const architecture = architectureOf('nano', 'depthwise');
  const classes = ['a', 'b', 'c'].map((name) => ({ name, displayName: name }));
  const model: LoadedModel = {
    manifest: { architecture, classes } as unknown as Manifest,
    state: formulaStateDict(architecture, classes.length),
  };
  // The formula's first image is the same whatever the batch; one is slow enough here.
  const selfTest: SelfTest = {
    schema: 1,
    input: { formula: 'fnv1a-lcg', name: 'input', shape: [1, 3, 224, 224] },
    logits: golden.logits.slice(0, 1),
    tolerance: { float32: 1e-4, float16: 1e-4, int8: 1e-4 },
  };

  test('answers as PyTorch does, and doubts as the processor does', async () => {
    const { session, devices } = await openSession(model, selfTest, { engine: 'onnx', device: 'webgpu' });
    expect(session.device).toBe('webgpu');
    const running = devices.find(({ status }) => status === 'running');
    expect(running).toMatchObject({ engine: 'onnx', device: 'webgpu' });
    expect(running!.selfTestDeviation).toBeLessThan(1e-4);

    const batch = { data: fillFormula(FORMULA_INPUT, [1, 3, 224, 224]), size: 1 };
    const { pooled } = await session.run(batch, ['pooled']);
    await session.dispose();
    const processor = await onnxEngine.load(model, 'cpu');
    const { pooled: expected } = await processor.run(batch, ['pooled']);
    await processor.dispose();
    expectClose(pooled!, expected!);
    const score = scoreAmongNeighbours(expected!.data);
    expect(score(pooled!.data)).toBeCloseTo(score(expected!.data), 2);
  }, 300_000);

  test('is recognised as software by auto', async () => {
    const { session, devices } = await openSession(model, selfTest, { engine: 'onnx', device: 'auto' });
    expect(session.device).toBe('cpu');
    const webgpu = devices.find(({ device }) => device === 'webgpu');
    expect(webgpu).toMatchObject({ status: 'rejected', error: { details: { reason: 'software' } } });
    await session.dispose();
  }, 60_000);

  test.runIf(LONG)(
    'explains as the processor does, in batches too',
    async () => {
      const batch = { data: fillFormula(FORMULA_INPUT, [2, 3, 224, 224]), size: 2 };
      const explain = async (device: Session['device']) => {
        const session = await onnxEngine.load(model, device);
        const answer = await session.run(batch, TAPS);
        await session.dispose();
        return [answer.logits, ...TAPS.flatMap((tap) => answer[tap]!)];
      };
      const processor = await explain('cpu');
      const webgpu = await explain('webgpu');
      for (const [i, expected] of processor.entries()) expectClose(webgpu[i]!, expected);
    },
    600_000,
  );
});

/** How unusual features are among vectors around a centre; larger than 1: outside. */
function scoreAmongNeighbours(centre: Float32Array): (features: Float32Array) => number {
  const random = randomFrom(11);
  const rgb = new Uint8Array(224 * 224 * 3).map((_, i) => (i * 7) % 251);
  const pixels = describePixels(rgb);
  const neighbours = Array.from({ length: 60 }, () =>
    featuresOf(
      pixels,
      centre.map((value) => value * (1 + 0.1 * gaussian(random))),
    ),
  );
  const reference = fitReference(neighbours.slice(0, 40), neighbours.slice(40), 0.9);
  return (features) => assess(reference, featuresOf(pixels, features)).score;
}

function expectClose(actual: Output, expected: Output): void {
  expect(actual.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const off = actual.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)), 0);
  expect(off / largest).toBeLessThan(1e-3);
}
