/**
 * Loads TensorFlow.js and one of its backends, on demand: nothing of it is imported before somebody asks.
 * `tensorflow` is the native library of @tensorflow/tfjs-node-gpu, `wasm` runs everywhere.
 */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import util from 'node:util';
import { foreignText, HifuseError } from '../../../models/errors.ts';
import type { Device } from '../../../models/devices.ts';
import { thisMachine } from '../devices.ts';

export type BackendName = 'tensorflow' | 'wasm';

export interface Backend {
  name: BackendName;
  tf: typeof TensorFlow;
  /** Whether TensorFlow really computes on a GPU: it falls back to the CPU without a word. */
  gpu: boolean;
}

const require = createRequire(import.meta.url);

/** Read by TensorFlow and CUDA when their libraries load; what the user has set stands. */
const ENVIRONMENT = {
  // Otherwise TensorFlow takes all of the GPU's memory at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // TF32 would round factors to 10 bits: too coarse for the self-test, and not what `float32` promises.
  NVIDIA_TF32_OVERRIDE: '0',
  // Warnings and errors only; TensorFlow greets on stderr.
  TF_CPP_MIN_LOG_LEVEL: '1',
} as const;

/** tfjs-node-gpu 4.22 calls two functions that Node 23 removed. */
export function restoreRemovedUtilities(
  target: Record<string, unknown> = util as unknown as Record<string, unknown>,
): void {
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  target['isArray'] ??= Array.isArray;
}

function loadNative(): Backend {
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;
  restoreRemovedUtilities();
  // Importing it registers its backend and its kernels with the same tfjs-core.
  require('@tensorflow/tfjs-node-gpu');
  const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
  const backend = tf.findBackend('tensorflow') as { isUsingGpuDevice?: boolean } | null;
  return { name: 'tensorflow', tf, gpu: backend?.isUsingGpuDevice === true };
}

async function loadWasm(): Promise<Backend> {
  const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
  require('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) {
    throw new HifuseError('engine.unavailable', { reason: 'wasm' });
  }
  return { name: 'wasm', tf, gpu: false };
}

const LOADERS: Readonly<Record<BackendName, () => Backend | Promise<Backend>>> = {
  tensorflow: loadNative,
  wasm: loadWasm,
};

const loaded = new Map<BackendName, Promise<Backend>>();

/** Loads a backend once. Rejects where it cannot be loaded. */
export function loadBackend(name: BackendName): Promise<Backend> {
  let backend = loaded.get(name);
  if (!backend) {
    backend = Promise.resolve().then(LOADERS[name]);
    loaded.set(name, backend);
  }
  return backend;
}

/** Why TensorFlow's native library did not load, in one sentence. */
function nativeFailure(error: unknown): HifuseError {
  return new HifuseError('engine.unavailable', { reason: 'tensorflow', message: foreignText(error) });
}

/**
 * The backend that computes on this device. `cuda` is the native library, if it really uses a GPU; `cpu` is the native
 * library where it is installed and uses none, and WebAssembly otherwise. Throws `engine.unavailable`.
 */
export async function backendFor(device: Device): Promise<Backend> {
  const native = thisMachine().tensorflow;
  if (device === 'cpu') {
    const backend = native ? await loadBackend('tensorflow').catch(() => null) : null;
    return backend && !backend.gpu ? backend : loadBackend('wasm');
  }
  if (device !== 'cuda') {
    throw new HifuseError('engine.unavailable', { reason: 'tfjs-device', device });
  }
  if (!native) {
    throw new HifuseError('engine.unavailable', { reason: 'not-installed' });
  }
  const backend = await loadBackend('tensorflow').catch((error: unknown) => {
    throw nativeFailure(error);
  });
  if (!backend.gpu) {
    throw new HifuseError('engine.unavailable', { reason: 'no-cuda' });
  }
  return backend;
}
