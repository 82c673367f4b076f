/** HiFuse on TensorFlow.js against HiFuse on ONNX Runtime, both on the processor, in turns. */
import { join } from 'node:path';
import { thisMachine } from '../dist/worker/engines/devices.js';
import { Peer, summary } from './peer.mjs';

export const title = 'TensorFlow.js';

const CLASS_COUNT = 7;
const BATCHES = [1, 8];
const ROUNDS = 4;

const network = (name) => {
  const [variant, irmlp] = name.split(' ');
  return { variant, irmlp };
};
/** WebAssembly has one thread here: the larger networks would take minutes and tell nothing more. */
const NETWORKS = {
  native: ['nano depthwise', 'tiny depthwise', 'tiny dense', 'small depthwise', 'base depthwise', 'base dense'],
  wasm: ['nano depthwise', 'tiny depthwise'],
};
const BACKENDS = {
  native: "TensorFlow's library (@tensorflow/tfjs-node-gpu)",
  wasm: "WebAssembly; TensorFlow's library is not installed",
};
const HEADER = [
  'network',
  'batch',
  'ms, best',
  'ms, median',
  'images/s',
  'ONNX Runtime ms, best',
  'of its speed',
  'peak MB',
];

export async function run() {
  const backend = thisMachine().tensorflow ? 'native' : 'wasm';
  const rows = [];
  for (const name of NETWORKS[backend]) {
    for (const row of await measure(network(name))) {
      console.error(row.join('  '));
      rows.push(row);
    }
  }
  const table = [HEADER, HEADER.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `Backend: ${BACKENDS[backend]}, device cpu, float32. Formula weights, ${CLASS_COUNT} classes; ms are of a whole batch.

${table}
`;
}

/** One row per batch size. */
async function measure(network) {
  const engines = ['tfjs', 'onnx'].map(start);
  try {
    for (const engine of engines) await engine.load(network);
    const rows = [];
    for (const batch of BATCHES) {
      const times = engines.map(() => []);
      for (let round = -1; round < ROUNDS; round++) {
        for (const [i, engine] of engines.entries()) {
          const spent = await engine.run(batch);
          if (round >= 0) times[i].push(...spent); // the first only warms up
        }
      }
      const [ours, theirs] = times.map(summary);
      const peak = await engines[0].peak();
      rows.push([
        `${network.variant} ${network.irmlp}`,
        batch,
        ours.best.toFixed(1),
        ours.median.toFixed(1),
        ((1000 * batch) / ours.best).toFixed(1),
        theirs.best.toFixed(1),
        `${((100 * theirs.best) / ours.best).toFixed(0)}%`,
        (peak / 1e6).toFixed(0),
      ]);
    }
    return rows;
  } finally {
    for (const engine of engines) engine.end();
  }
}

/** An engine in a process of its own. */
function start(engine) {
  const peer = new Peer(process.execPath, [join(import.meta.dirname, 'inference-process.mjs')]);
  const precision = 'float32';
  return {
    load: (network) => peer.ask({ load: { engine, device: 'cpu', precision, ...network, classCount: CLASS_COUNT } }),
    run: (batch) => peer.ask({ batch, runs: 1 }),
    peak: () => peer.ask({}),
    end: () => peer.end(),
  };
}
