import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillFormula, FORMULA_INPUT, formulaStateDict } from '../../../models/hifuse/formula.ts';
import type { HiFuseOutputs } from '../../../models/hifuse/network.ts';
import type { Architecture, Manifest } from '../../../models/package/manifest.ts';
import type { LoadedModel, Output } from '../engine.ts';
import { thisMachine } from '../devices.ts';
import { loadBackend, type BackendName } from './backend.ts';
import { compile, evaluate } from './engine.ts';
import type { Value } from './program.ts';

/** Made with PyTorch (models/hifuse/golden/README.md): logits within 1e-4, samples within 1e-3 of absmax. */
const ROOT = join(import.meta.dirname, '../../..');
const GOLDEN = join(ROOT, 'models/hifuse/golden');
const LOGIT_TOLERANCE = 1e-4;
const SAMPLE_TOLERANCE = 1e-3;

/** Builds TensorFlow's addon into node_modules where its own installer cannot download it: minutes, so in long runs. */
const BUILD_TENSORFLOW = join(ROOT, '../shared/tools/tfjs-native.sh');
const builds = process.env['HIFUSE_LONG'] === '1' && existsSync(BUILD_TENSORFLOW);

interface Activation {
  shape: number[];
  mean: number;
  absmax: number;
  samples: number[];
}

interface Golden extends Pick<Architecture, 'width' | 'depths' | 'heads' | 'irmlp'> {
  numClasses: number;
  logits: number[][];
  activations: Record<string, Activation>;
}

function read(file: string): Golden {
  return JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as Golden;
}

function model(golden: Golden): LoadedModel {
  const { width, depths, heads, irmlp, numClasses } = golden;
  const architecture: Architecture = { width, depths, heads, irmlp, window: 7, doubleSigmoid: false };
  return { manifest: { architecture } as Manifest, state: formulaStateDict(architecture, numClasses) };
}

/** Golden names of the values: `local1` and so on. */
function named(outputs: HiFuseOutputs<Value>): [string, Value][] {
  const groups = ['local', 'global', 'fused', 'spatialAttention', 'channelAttention'] as const;
  return groups.flatMap((group) => outputs[group].map((value, i): [string, Value] => [`${group}${i + 1}`, value]));
}

/** Largest difference of a sampled value, relative to the largest value of the map. */
function deviation(actual: Output, expected: Activation): number {
  const step = actual.data.length / expected.samples.length;
  const differences = expected.samples.map((sample, k) => Math.abs(actual.data[Math.floor(k * step)]! - sample));
  return Math.max(...differences) / expected.absmax;
}

async function check(file: string, backendName: BackendName): Promise<void> {
  const golden = read(file);
  const backend = await loadBackend(backendName);
  await backend.tf.setBackend(backend.name);
  const { program, outputs } = compile(backend, model(golden));
  try {
    const batch = { data: fillFormula(FORMULA_INPUT, [2, 3, 224, 224]), size: 2 };
    const maps = named(outputs);
    const [logits, ...activations] = await evaluate(backend, program, batch, [
      outputs.logits,
      ...maps.map(([, value]) => value),
    ]);
    const differences = golden.logits.flat().map((value, i) => Math.abs(logits!.data[i]! - value));
    expect(Math.max(...differences)).toBeLessThan(LOGIT_TOLERANCE);
    expect(maps.map(([name]) => name).sort()).toEqual(Object.keys(golden.activations).sort());
    for (const [i, [name]] of maps.entries()) {
      const expected = golden.activations[name]!;
      expect(activations[i]!.shape, name).toEqual(expected.shape);
      expect(deviation(activations[i]!, expected), name).toBeLessThan(SAMPLE_TOLERANCE);
    }
  } finally {
    program.dispose();
  }
}

const files = existsSync(GOLDEN) ? readdirSync(GOLDEN).filter((name) => name.startsWith('hifuse-')) : [];

describe.skipIf(files.length === 0)('PyTorch and TensorFlow.js agree', () => {
  afterAll(async () => {
    const { tf } = await loadBackend('wasm');
    expect(tf.memory().numTensors).toBe(0);
  });

  test('nano on WebAssembly', () => check('hifuse-nano-depthwise.json', 'wasm'));

  describe.skipIf(!thisMachine().tensorflow && !builds)('on the native library', () => {
    beforeAll(async () => {
      // Without a TensorFlow to build against, the tests below are skipped.
      if (!thisMachine().tensorflow) await promisify(execFile)('bash', [BUILD_TENSORFLOW, ROOT]).catch(() => null);
    }, 600_000);

    for (const file of files) {
      test(file, { timeout: 300_000 }, async ({ skip }) => {
        skip(!thisMachine().tensorflow, 'no TensorFlow to build against');
        await check(file, 'tensorflow');
      });
    }
  });
});
