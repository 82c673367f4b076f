/** HiFuse on ONNX Runtime: latency, throughput and memory against eager PyTorch with as many threads, in one run. */
import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { architectureOf } from '../dist/models/hifuse/variants.js';
import { operationsOf } from './operations.mjs';
import { Peer, pythonWithTorch, summary } from './peer.mjs';

export const title = 'Inference';

const CLASS_COUNT = 7;
const BATCHES = [1, 8];
/** All sides take turns, so that what else the machine does hits each. */
const ROUNDS = 5;
const RUNS_PER_ROUND = { 1: 4, 8: 1 };

const NETWORKS = ['nano', 'tiny', 'base'].flatMap((variant) =>
  ['depthwise', 'dense'].map((irmlp) => ({ variant, irmlp })),
);
const SUBJECTS = [
  ...NETWORKS.map((network) => ({ ...network, precision: 'float32' })),
  ...NETWORKS.slice(0, 4).map((network) => ({ ...network, precision: 'int8' })),
];

const times = (ratio) => `${ratio.toFixed(2)}x`;
const megabytes = (bytes) => (bytes / 1e6).toFixed(0);

/** Title -> cell of a measurement; empty where there is nothing to compare with. */
const COLUMNS = {
  engine: () => 'onnx',
  device: (row) => row.loaded.device,
  precision: (row) => row.loaded.precision,
  network: (row) => `${row.variant} ${row.irmlp}`,
  batch: (row) => row.batch,
  'ms, best': (row) => row.own.best.toFixed(1),
  'ms, median': (row) => row.own.median.toFixed(1),
  'images/s': (row) => ((1000 * row.batch) / row.own.best).toFixed(1),
  'PyTorch ms, best': (row) => row.torch?.best.toFixed(1) ?? '',
  'over PyTorch, best': (row) => (row.torch ? times(row.torch.best / row.own.best) : ''),
  'over PyTorch, median': (row) => (row.torch ? times(row.torch.median / row.own.median) : ''),
  'over float32, best': (row) => (row.float32 ? times(row.float32.best / row.own.best) : ''),
  'of product rate': (row) => (row.float32 ? '' : `${((100 * row.gflop) / row.own.best / row.rate).toFixed(0)}%`),
  'load ms': (row) => row.loaded.milliseconds.toFixed(0),
  'peak MB': (row) => megabytes(row.memory),
  'PyTorch peak MB': (row) => (row.torchMemory ? megabytes(row.torchMemory) : ''),
};

const cells = (row) => Object.values(COLUMNS).map((cell) => cell(row));

export async function run() {
  const python = pythonWithTorch();
  const torch = python && new Peer(python, [join(import.meta.dirname, 'hifuse_torch.py'), String(cpus().length)]);
  const verified = torch ? await verify(torch) : null;

  const rows = [];
  let rate = 0;
  for (const subject of SUBJECTS) {
    rate = Math.max(rate, await productRate()); // Again and again: whatever disturbs it only makes it lower.
    rows.push(...(await measure(subject, torch)));
    console.error(cells({ ...rows.at(-1), rate }).join('  '));
  }
  torch?.end();
  const titles = Object.keys(COLUMNS);
  const lines = [titles, titles.map(() => '---'), ...rows.map((row) => cells({ ...row, rate }))];

  const peer =
    verified === null
      ? 'PyTorch was not there (set HIFUSE_PYTHON, or make .cache/peers with python-peers.sh), so there are no ratios.'
      : `The peer is bench/hifuse_torch.py, eager PyTorch with ${cpus().length} threads, in turns with ours; ${verified}`;
  return `Formula weights, ${CLASS_COUNT} classes; ms are of a whole batch, images/s of the best run. ${peer}

This machine multiplies matrices at ${rate.toFixed(0)} GFLOP/s (float32, ONNX Runtime, constant weights). "Of product
rate": the network's products and convolutions, counted as direct ones, in the best time, over that rate. Winograd's
algorithm takes fewer, so dense networks can pass 100%. Peak memory is of a process that only loads and runs the network,
the making of its weights included.

${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}
`;
}

/** One measurement per batch size. */
async function measure({ precision, variant, irmlp }, torch) {
  const architecture = architectureOf(variant, irmlp);
  const gflop = operationsOf(architecture, CLASS_COUNT) / 1e6; // per millisecond: GFLOP/s
  const network = { engine: 'onnx', device: 'cpu', variant, irmlp, classCount: CLASS_COUNT };
  const own = inferenceProcess();
  const float32 = precision === 'int8' ? inferenceProcess() : null;
  try {
    const loaded = await own.ask({ load: { ...network, precision } });
    await float32?.ask({ load: { ...network, precision: 'float32' } });
    await torch?.ask({ load: { ...architecture, numClasses: CLASS_COUNT } });
    const rows = [];
    for (const batch of BATCHES) {
      const measured = await inTurns({ own, float32, torch }, batch);
      const memory = await own.ask({});
      const torchMemory = await torch?.ask({});
      rows.push({ variant, irmlp, loaded, batch, gflop: gflop * batch, memory, torchMemory, ...measured });
    }
    return rows;
  } finally {
    own.end();
    float32?.end();
  }
}

/** Runs those that are there one after the other, several rounds; the first only warms up. */
async function inTurns(peers, batch) {
  const there = Object.entries(peers).filter(([, peer]) => peer);
  const milliseconds = Object.fromEntries(there.map(([name]) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, peer] of there) {
      const spent = await peer.ask({ batch, runs: round < 0 ? 1 : RUNS_PER_ROUND[batch] });
      if (round >= 0) milliseconds[name].push(...spent);
    }
  }
  return Object.fromEntries(Object.entries(milliseconds).map(([name, spent]) => [name, summary(spent)]));
}

function inferenceProcess() {
  return new Peer(process.execPath, [join(import.meta.dirname, 'inference-process.mjs')]);
}

async function productRate() {
  const own = inferenceProcess();
  const rate = await own.ask({ product: true });
  own.end();
  return rate;
}

/** Compares the peer itself with the reference logits, so that the same network is measured. */
async function verify(torch) {
  const folder = join(import.meta.dirname, '../models/hifuse/golden');
  const file = existsSync(folder) && readdirSync(folder).find((name) => name.includes('tiny-dense'));
  if (!file) return 'reference logits to check it with were not there.';
  const deviation = await torch.ask({ verify: join(folder, file) });
  if (deviation > 1e-4) throw new Error(`bench/hifuse_torch.py is off by ${deviation}.`);
  return `its logits were within ${deviation.toExponential(0)} of the reference.`;
}
