/**
 * npm run setup:cuda: gives @tensorflow/tfjs-node-gpu the TensorFlow library that its install script downloads (some
 * 400 MB). The project's .npmrc keeps install scripts from running, so that nobody pays for it who does not ask.
 * --force: anew, even where it works already.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { inRoot, isEntry, main, StepError } from './tools.mjs';

const PACKAGE = inRoot('node_modules', '@tensorflow', 'tfjs-node-gpu');
const INSTEAD = 'Without it everything works all the same, on the processor or through WebGPU, DirectML or Core ML.';

/**
 * Why TensorFlow has no CUDA build for a system, null where it has one.
 * @param {NodeJS.Platform} platform
 * @param {string} arch
 */
export function unsupported(platform, arch) {
  if (platform === 'linux' && arch === 'x64') return null;
  return `TensorFlow.js has a CUDA build for Linux on x64 only, not for ${platform} on ${arch}. ${INSTEAD}`;
}

/**
 * What went wrong, from the status and the last words of the package's install script.
 * @param {number} status
 * @param {string} printed
 */
export function explain(status, printed) {
  const host = /(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH)[^\n]*/.exec(printed)?.[0];
  if (host) {
    return (
      `The download failed: its server cannot be reached from here (${host}). Connect to the internet and run this ` +
      `again, or name a mirror in TFJS_NODE_CDN_STORAGE, or a proxy in HTTPS_PROXY. ${INSTEAD}`
    );
  }
  if (printed.includes('node-pre-gyp install failed')) {
    return `TensorFlow's library came, but the addon for it could neither be downloaded nor built. ${INSTEAD}`;
  }
  return `The install script of @tensorflow/tfjs-node-gpu ended with status ${status}. ${INSTEAD}`;
}

/** Runs Node in the package's folder and shows what it prints. */
function runNode(args, { show }) {
  return new Promise((resolve) => {
    const bin = inRoot('node_modules', '.bin');
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, TF_CPP_MIN_LOG_LEVEL: '1' };
    const child = spawn(process.execPath, args, { cwd: PACKAGE, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.on('data', (chunk) => {
        printed += chunk;
        if (show) to.write(chunk);
      });
    }
    child.once('error', (error) => resolve({ status: 1, printed: String(error) }));
    child.once('close', (status) => resolve({ status: status ?? 1, printed }));
  });
}

/** Loads the addon as the app does. @returns {Promise<'gpu' | 'cpu' | null>} where it computes; null if it does not load */
async function whereItRuns() {
  const program = `
    const util = require('util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    require('@tensorflow/tfjs-node-gpu');
    const backend = require('@tensorflow/tfjs-core').backend();
    console.log('runs on ' + (backend.isUsingGpuDevice ? 'gpu' : 'cpu'));`;
  const { printed } = await runNode(['-e', program], { show: false });
  return /runs on (gpu|cpu)/.exec(printed)?.[1] ?? null;
}

const FOUND = {
  gpu: 'TensorFlow works and uses the GPU. The app takes it by itself; on the command line: --engine tfjs --device cuda',
  cpu:
    'TensorFlow works, but found no CUDA device, and runs on the processor. It needs an NVIDIA GPU with its driver, ' +
    'CUDA 11.2 and cuDNN 8.1.',
};

async function setup() {
  const reason = unsupported(process.platform, process.arch);
  if (reason) throw new StepError(reason);
  if (!existsSync(PACKAGE)) {
    throw new StepError('@tensorflow/tfjs-node-gpu is not installed. Run `npm ci --include=optional` first.');
  }
  const before = process.argv.includes('--force') ? null : await whereItRuns();
  if (before) {
    console.log(FOUND[before]);
    return 0;
  }
  console.log("Fetching TensorFlow's library (some 400 MB) ...");
  const { status, printed } = await runNode(['scripts/install.js', 'gpu', 'download'], { show: true });
  const after = status === 0 ? await whereItRuns() : null;
  if (!after) throw new StepError(explain(status, printed));
  console.log(FOUND[after]);
  return 0;
}

if (isEntry(import.meta.url)) await main(setup);
