/** Latency, throughput and memory of HiFuse on each engine, against eager PyTorch with as many threads in the same run. */
import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { architectureOf } from '../dist/models/hifuse/variants.js';
import { operationsOf } from './operations.mjs';
import { Peer, pythonWithTorch, summary } from './peer.mjs';

export const title = 'Inference';

const CLASS_COUNT = 7;
const BATCHES = [1, 8];
/** Both sides take turns, so that what else the machine does hits both. */
const ROUNDS = 5;
const RUNS_PER_ROUND = { 1: 4, 8: 1 };

const NETWORKS = ['nano', 'tiny', 'base'].flatMap((variant) =>
  ['depthwise', 'dense'].map((irmlp) => ({ variant, irmlp })),
);
const SUBJECTS = [
  { engine: 'onnx', device: 'cpu', precision: 'float32', networks: NETWORKS },
  { engine: 'tfjs', device: 'cpu', precision: 'float32', networks: NETWORKS.slice(0, 1) },
];

export async function run() {
  const python = pythonWithTorch();
  const torch = python && new Peer(python, [join(import.meta.dirname, 'hifuse_torch.py'), String(cpus().length)]);
  const verified = torch ? await verify(torch) : null;
  const rate = await inProcess((own) => own.ask({ product: true }));

  const rows = [];
  for (const { networks, ...subject } of SUBJECTS) {
    for (const network of networks) {
      for (const row of await measure({ ...subject, ...network }, torch, rate)) {
        console.error(row.join('  '));
        rows.push(row);
      }
    }
  }
  torch?.end();

  const header = [
    'engine',
    'device',
    'precision',
    'network',
    'batch',
    'ms, best',
    'ms, median',
    'images/s',
    'PyTorch ms, best',
  ].concat(['ratio, best', 'ratio, median', 'of product rate', 'load ms', 'peak MB', 'PyTorch peak MB']);
  const table = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const peer =
    verified === null
      ? 'PyTorch was not there (set HIFUSE_PYTHON, or make .cache/peers with python-peers.sh), so there are no ratios.'
      : `The peer is bench/hifuse_torch.py, eager PyTorch with ${cpus().length} threads, in turns with ours; ${verified}`;
  return `Formula weights, ${CLASS_COUNT} classes; ms are of a whole batch, images/s of the best run. ${peer}

This machine multiplies matrices at ${rate.toFixed(0)} GFLOP/s (float32, ONNX Runtime, constant weights). "Of product rate": the
network's products and convolutions, counted as direct ones, in the best time, over that rate; Winograd's algorithm
takes fewer, so dense networks can pass 100%.

${table}
`;
}

/** One row per batch size. */
async function measure({ engine, device, precision, variant, irmlp }, torch, rate) {
  const architecture = architectureOf(variant, irmlp);
  const operations = operationsOf(architecture, CLASS_COUNT);
  return inProcess(async (own) => {
    const loaded = await own.ask({ load: { engine, device, precision, variant, irmlp, classCount: CLASS_COUNT } });
    await torch?.ask({ load: { ...architecture, numClasses: CLASS_COUNT } });
    const rows = [];
    for (const batch of BATCHES) {
      const [ours, theirs] = [[], []];
      await own.ask({ batch, runs: 1 });
      await torch?.ask({ batch, runs: 1 });
      for (let round = 0; round < ROUNDS; round++) {
        const runs = RUNS_PER_ROUND[batch];
        const times = await own.ask({ batch, runs });
        const peers = torch ? await torch.ask({ batch, runs }) : [];
        ours.push(...times);
        theirs.push(...peers);
      }
      const [own_, peer] = [summary(ours), torch && summary(theirs)];
      rows.push([
        engine,
        loaded.device,
        precision,
        `${variant} ${irmlp}`,
        batch,
        own_.best.toFixed(1),
        own_.median.toFixed(1),
        ((1000 * batch) / own_.best).toFixed(1),
        peer ? peer.best.toFixed(1) : '',
        peer ? `${(peer.best / own_.best).toFixed(2)}x` : '',
        peer ? `${(peer.median / own_.median).toFixed(2)}x` : '',
        precision === 'float32' ? `${((operations * batch) / own_.best / 1e4 / rate).toFixed(0)}%` : '',
        loaded.milliseconds.toFixed(0),
        megabytes(await own.ask({})),
        torch ? megabytes(await torch.ask({})) : '',
      ]);
    }
    return rows;
  });
}

async function inProcess(work) {
  const own = new Peer(process.execPath, [join(import.meta.dirname, 'inference-process.mjs')]);
  try {
    return await work(own);
  } finally {
    own.end();
  }
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}

/** Compares the peer itself with the reference logits, so that the same network is measured. */
async function verify(torch) {
  const folder = join(import.meta.dirname, '../../shared/golden');
  const file = existsSync(folder) && readdirSync(folder).find((name) => name.includes('tiny-dense'));
  if (!file) return 'reference logits to check it with were not there.';
  const deviation = await torch.ask({ verify: join(folder, file) });
  if (deviation > 1e-4) throw new Error(`bench/hifuse_torch.py is off by ${deviation}.`);
  return `its logits were within ${deviation.toExponential(0)} of the reference.`;
}
