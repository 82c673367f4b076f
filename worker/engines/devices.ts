/**
 * Which engine can run on which device, where, and in which order they are tried: all of the policy, as data.
 * How it is carried out is in select.ts.
 */
import type { Device, EngineName } from './engine.ts';
import type { Machine } from './machine.ts';

/** Something a device needs. */
export interface Requirement {
  met(machine: Machine): boolean;
  /** What is missing, as a sentence for the reader. */
  reason: string;
  /** What to do about it; empty where nothing can be done. */
  remedy: string;
  /**
   * `required`: without it, loading cannot succeed. `expected`: loading is not worth the time unless somebody asks for
   * this very device (drivers sit in odd places).
   */
  strength: 'required' | 'expected';
}

const WINDOWS: Requirement = {
  met: (machine) => machine.platform === 'win32',
  reason: 'DirectML exists on Windows only.',
  remedy: '',
  strength: 'required',
};

const MACOS: Requirement = {
  met: (machine) => machine.platform === 'darwin',
  reason: 'Core ML exists on macOS only.',
  remedy: '',
  strength: 'required',
};

const LINUX: Requirement = {
  met: (machine) => machine.platform === 'linux',
  reason: 'CUDA is supported on Linux only.',
  remedy: '',
  strength: 'required',
};

const GRAPHICS: Requirement = {
  met: (machine) => machine.graphics,
  reason: 'This machine has no graphics processor.',
  remedy: '',
  strength: 'expected',
};

const NVIDIA: Requirement = {
  met: (machine) => machine.nvidia,
  reason: 'This machine has no NVIDIA graphics processor, or its driver is not loaded.',
  remedy: 'Install the NVIDIA driver if there is such a processor.',
  strength: 'expected',
};

const TENSORFLOW: Requirement = {
  met: (machine) => machine.tensorflow,
  reason: "TensorFlow's library is not installed.",
  remedy: 'Run `npm run setup:cuda`.',
  strength: 'required',
};

const ONNX_CUDA: Requirement = {
  met: (machine) => machine.onnxCuda,
  reason: "ONNX Runtime's CUDA library is not installed.",
  remedy: 'Run `node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12`.',
  strength: 'required',
};

/** An engine on a device. */
export interface Candidate {
  engine: EngineName;
  device: Device;
  /** For the reader. */
  title: string;
  requirements: readonly Requirement[];
}

/**
 * In the order of trying. What is closest to the hardware comes first; WebGPU, which runs nearly everywhere, is the
 * last of the GPU candidates; of the CPU candidates the first is what `auto` falls back to and compares with.
 */
export const CANDIDATES: readonly Candidate[] = [
  {
    engine: 'tfjs',
    device: 'cuda',
    title: 'NVIDIA graphics processor (TensorFlow)',
    requirements: [LINUX, NVIDIA, TENSORFLOW],
  },
  { engine: 'onnx', device: 'dml', title: 'Graphics processor (DirectML)', requirements: [WINDOWS] },
  { engine: 'onnx', device: 'coreml', title: 'Graphics processor (Core ML)', requirements: [MACOS] },
  {
    engine: 'onnx',
    device: 'cuda',
    title: 'NVIDIA graphics processor (ONNX Runtime)',
    requirements: [LINUX, NVIDIA, ONNX_CUDA],
  },
  { engine: 'onnx', device: 'webgpu', title: 'Graphics processor (WebGPU)', requirements: [GRAPHICS] },
  { engine: 'onnx', device: 'cpu', title: 'Processor (ONNX Runtime)', requirements: [] },
  { engine: 'tfjs', device: 'cpu', title: 'Processor (TensorFlow.js)', requirements: [] },
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
