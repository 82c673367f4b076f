/**
 * Which engine can run on which device, where, and in which order they are tried: all of the policy, as data, and what
 * of the machine it depends on. How it is carried out is in select.ts.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Device, EngineName } from '../../models/devices.ts';
import type { ErrorDetails } from '../../models/errors.ts';

/** What can be known of a machine without loading an engine: cheap enough to look at on every start. */
export interface Machine {
  platform: NodeJS.Platform;
  /** A graphics processor may be there. Only Linux can tell without asking a driver; elsewhere true. */
  graphics: boolean;
  /** An NVIDIA device with its kernel driver. Only Linux can tell; elsewhere true. */
  nvidia: boolean;
  /** ONNX Runtime's CUDA library, which its npm package leaves to its install script. */
  onnxCuda: boolean;
  /** The addon of @tensorflow/tfjs-node-gpu with TensorFlow's library. */
  tensorflow: boolean;
}

/** Something that a device needs. */
export interface Requirement {
  met(machine: Machine): boolean;
  /** Why the device is unavailable without it (`engine.unavailable`). */
  missing: NonNullable<ErrorDetails<'engine.unavailable'>['reason']> & `no-${string}`;
  /**
   * `required`: without it, loading cannot succeed. `expected`: loading is not worth the time unless somebody asks for
   * this very device (drivers sit in odd places).
   */
  strength: 'required' | 'expected';
}

const WINDOWS: Requirement = {
  met: (machine) => machine.platform === 'win32',
  missing: 'no-windows',
  strength: 'required',
};

const MACOS: Requirement = {
  met: (machine) => machine.platform === 'darwin',
  missing: 'no-macos',
  strength: 'required',
};

const LINUX: Requirement = {
  met: (machine) => machine.platform === 'linux',
  missing: 'no-linux',
  strength: 'required',
};

const GRAPHICS: Requirement = {
  met: (machine) => machine.graphics,
  missing: 'no-graphics',
  strength: 'expected',
};

const NVIDIA: Requirement = {
  met: (machine) => machine.nvidia,
  missing: 'no-nvidia',
  strength: 'expected',
};

const TENSORFLOW: Requirement = {
  met: (machine) => machine.tensorflow,
  missing: 'no-tensorflow',
  strength: 'required',
};

const ONNX_CUDA: Requirement = {
  met: (machine) => machine.onnxCuda,
  missing: 'no-onnx-cuda',
  strength: 'required',
};

/** An engine on a device. */
export interface Candidate {
  engine: EngineName;
  device: Device;
  /** The reason of `engine.unavailable` that names it in a list of several. */
  title: Extract<ErrorDetails<'engine.unavailable'>['reason'], `on-${string}`>;
  requirements: readonly Requirement[];
}

/**
 * In the order of trying. What is closest to the hardware comes first; WebGPU, which runs nearly everywhere, is the
 * last of the GPU candidates; of the CPU candidates the first is what `auto` falls back to and compares with.
 */
export const CANDIDATES: readonly Candidate[] = [
  { engine: 'tfjs', device: 'cuda', title: 'on-tfjs-cuda', requirements: [LINUX, NVIDIA, TENSORFLOW] },
  { engine: 'onnx', device: 'dml', title: 'on-onnx-dml', requirements: [WINDOWS] },
  { engine: 'onnx', device: 'coreml', title: 'on-onnx-coreml', requirements: [MACOS] },
  { engine: 'onnx', device: 'cuda', title: 'on-onnx-cuda', requirements: [LINUX, NVIDIA, ONNX_CUDA] },
  { engine: 'onnx', device: 'webgpu', title: 'on-onnx-webgpu', requirements: [GRAPHICS] },
  { engine: 'onnx', device: 'cpu', title: 'on-onnx-cpu', requirements: [] },
  { engine: 'tfjs', device: 'cpu', title: 'on-tfjs-cpu', requirements: [] },
];

export const POLICY = {
  /** `auto` takes another device only if it is at least this many times as fast as the processor. */
  leastSpeedUp: 1.2,
  /**
   * Longest time of the test product (worker/engines/onnx/test-product.ts). The weakest graphics processors take 15 ms;
   * a driver that computes in software takes hundreds, and finding out with a whole network would take minutes.
   */
  testProductMilliseconds: 30,
  /** Timing a loaded network ends after this many runs, or when the time is used up. */
  timedRuns: 5,
  timedMilliseconds: 250,
  /** A device whose self-test takes this long per image is not timed again: its first run says enough. */
  slowMilliseconds: 5000,
} as const;

/**
 * What hinders a candidate, without trying; null where nothing does. `asked`: somebody asked for this very device, so
 * that what is only expected does not count.
 */
export function hindrance(candidate: Candidate, machine: Machine, asked: boolean): Requirement['missing'] | null {
  const missing = candidate.requirements.find((need) => !need.met(machine) && !(asked && need.strength === 'expected'));
  return missing?.missing ?? null;
}

/**
 * Looks at this machine. A Vulkan driver named in the environment counts as a graphics processor: whoever sets it
 * wants it to be used.
 */
export function thisMachine(): Machine {
  const linux = process.platform === 'linux';
  const namedDriver = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES'];
  const nvidia = !linux || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
  return {
    platform: process.platform,
    graphics: nvidia || hasEntry('/dev/dri', /^renderD\d+$/) || namedDriver !== undefined,
    nvidia,
    onnxCuda: onnxCudaInstalled(),
    tensorflow: tensorflowInstalled(),
  };
}

const require = createRequire(import.meta.url);

/** Folder of an installed package, null if it is not installed. */
function packageFolder(name: string): string | null {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

function hasEntry(folder: string, pattern: RegExp): boolean {
  try {
    return readdirSync(folder).some((name) => pattern.test(name));
  } catch {
    return false;
  }
}

function onnxCudaInstalled(): boolean {
  const folder = packageFolder('onnxruntime-node');
  const library = `bin/napi-v6/${process.platform}/${process.arch}/libonnxruntime_providers_cuda.so`;
  return folder !== null && existsSync(join(folder, library));
}

function tensorflowInstalled(): boolean {
  const folder = packageFolder('@tensorflow/tfjs-node-gpu');
  if (folder === null) return false;
  const built = hasEntry(join(folder, 'lib'), /^napi-v\d+$/);
  return built && hasEntry(join(folder, 'deps/lib'), /tensorflow/);
}
