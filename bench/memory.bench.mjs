/** What memory loading and importing each network takes, against limits: twice the float32 weights and 300 MB. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formulaStateDict } from '../dist/models/hifuse/formula.js';
import { releasedParameters } from '../dist/models/hifuse/state-dict.js';
import { architectureOf } from '../dist/models/hifuse/variants.js';
import { encodeSafetensors } from '../dist/models/package/safetensors.js';
import { WORKER_ENVIRONMENT } from '../dist/worker/environment.js';

export const title = 'Memory';

const CLASS_COUNT = 7;
const NETWORKS = ['nano', 'tiny', 'base'].flatMap((variant) => ['depthwise', 'dense'].map((irmlp) => [variant, irmlp]));
const ALLOWED = 300e6;

const megabytes = (bytes) => (bytes / 1e6).toFixed(0);

export async function run() {
  const rows = [];
  for (const [variant, irmlp] of NETWORKS) {
    const folder = mkdtempSync(join(tmpdir(), 'hifuse-bench-'));
    try {
      const file = join(folder, 'net.safetensors');
      writeCheckpoint(file, architectureOf(variant, irmlp));
      const imported = await measure(['import', file, join(folder, 'bench')]);
      const loaded = await measure(['load', join(folder, 'bench')]);
      const limit = 2 * loaded.weights + ALLOWED + winogradBytes(loaded);
      rows.push([
        `${variant} ${irmlp}`,
        megabytes(loaded.weights),
        megabytes(loaded.engine),
        megabytes(loaded.peak),
        megabytes(limit),
        megabytes(loaded.steady),
        megabytes(imported.peak),
      ]);
      console.error(rows.at(-1).join('  '));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const titles = [
    'network',
    'weights MB',
    'engine holds MB',
    'loading peak MB',
    'limit MB',
    'steady MB',
    'importing peak MB',
  ];
  const lines = [titles, titles.map(() => '---'), ...rows];
  return `Formula weights, ${CLASS_COUNT} classes, in the environment of the inference process. Weights are those that the network uses,
in float32; the engine holds more where filters are transformed for Winograd's algorithm. The limit of loading is twice
the weights and 300 MB, with the transformed filters on top.

${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}
`;
}

/** What the engine holds in place of the dense 3x3 filters. */
const winogradBytes = ({ engine, weights, filters }) => (filters > 0 ? engine - (weights - filters) : 0);

/** A checkpoint of the formula's weights, in float32 as PyTorch saves it. */
function writeCheckpoint(file, architecture) {
  const state = formulaStateDict(architecture, CLASS_COUNT);
  const tensors = new Map();
  for (const [name, { kind }] of releasedParameters(architecture, CLASS_COUNT)) {
    const tensor = state.get(name);
    if (kind !== 'index' && tensor) {
      const { buffer, byteOffset, byteLength } = tensor.data;
      tensors.set(name, { dtype: 'F32', shape: tensor.shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    }
  }
  writeFileSync(file, encodeSafetensors(tensors));
}

async function measure(args) {
  const options = { env: { ...process.env, ...WORKER_ENVIRONMENT }, maxBuffer: 2 ** 20 };
  const script = join(import.meta.dirname, 'loading-process.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, ...args], options);
  return JSON.parse(stdout);
}
