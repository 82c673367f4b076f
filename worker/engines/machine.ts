/** What can be known of a machine without loading an engine: cheap enough to look at on every start. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

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
