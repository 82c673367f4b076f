/**
 * Device -> ONNX Runtime execution provider. ONNX Runtime does not fall back between providers: a missing one rejects
 * when the session is created, and worker/engines/select.ts says what happens then.
 */
import type { InferenceSession } from './runtime.ts';
import { threadsOf } from '../../environment.ts';
import { HifuseError } from '../../../models/errors.ts';
import type { Device } from '../../../models/devices.ts';

export interface Provider {
  /** The name in ONNX Runtime's `listSupportedBackends()`, which tells what this build of it contains. */
  backend: string;
  executionProviders: readonly InferenceSession.ExecutionProviderConfig[];
  /**
   * Images at once. A GPU is filled by a handful of 224 x 224 images; more only costs memory.
   * One image keeps the cores of a CPU busy: up to eight at once changed the time of each by less than 10%, and one at a
   * time shows results sooner (bench/RESULTS.md).
   */
  preferredBatch: number;
}

/** CoreML: an ML Program (0x010) on CPU and GPU (0x020). The neural engine computes in float16, too coarse for the self-test. */
const COREML_FLAGS = 0x010 | 0x020;

export const PROVIDERS: Readonly<Record<Device, Provider>> = {
  cpu: { backend: 'cpu', executionProviders: [{ name: 'cpu' }], preferredBatch: 1 },
  webgpu: { backend: 'webgpu', executionProviders: [{ name: 'webgpu' }], preferredBatch: 8 },
  dml: { backend: 'dml', executionProviders: [{ name: 'dml', deviceId: 0 }], preferredBatch: 8 },
  coreml: { backend: 'coreml', executionProviders: [{ name: 'coreml', coreMlFlags: COREML_FLAGS }], preferredBatch: 8 },
  cuda: { backend: 'cuda', executionProviders: [{ name: 'cuda', deviceId: 0 }], preferredBatch: 16 },
};

/**
 * Session options of a device, to be completed by the engine. Operators that a provider lacks run on the CPU provider,
 * which ONNX Runtime always adds itself; DirectML can neither reuse memory patterns nor run branches in parallel.
 */
export function providerOptions(device: Device): InferenceSession.SessionOptions {
  const threads = threadsOf(process.env);
  return {
    executionProviders: PROVIDERS[device].executionProviders,
    ...(threads === null ? {} : { intraOpNumThreads: threads }),
    ...(device === 'dml' ? { enableMemPattern: false, executionMode: 'sequential' as const } : {}),
  };
}

/** What ONNX Runtime says of a device that it cannot use, and what that means. */
const FAILURES: readonly { says: RegExp; reason: 'no-webgpu' | 'no-build' | 'libraries' }[] = [
  { says: /No supported adapters|Failed to get a WebGPU adapter/, reason: 'no-webgpu' },
  { says: /backend not found/, reason: 'no-build' },
  { says: /Failed to load shared library|libcu\w+\.so/, reason: 'libraries' },
];

/** Source position, signature and condition of a failed check in ONNX Runtime's own code: nothing for a reader. */
const INTERNALS = /^\/\S+:\d+ .*? was false\. /;

/** Why a session could not be made on a device, as the reader is told: `engine.unavailable`. */
export function unavailable(device: Device, error: unknown): HifuseError {
  const message = error instanceof Error ? error.message : String(error);
  const known = FAILURES.find(({ says }) => says.test(message));
  return known
    ? new HifuseError('engine.unavailable', { reason: known.reason })
    : new HifuseError('engine.unavailable', { reason: 'onnx', device, message: message.trim().replace(INTERNALS, '') });
}
