import { basename, join, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { HifuseError } from '../../models/errors.ts';
import { parseId, type Manifest, type SelfTest } from '../../models/package/manifest.ts';
import { encodePackage } from '../../models/package/package.ts';
import type { LoadedModel } from '../engines/engine.ts';
import type { LoadedPackage } from '../import/load-package.ts';
import { runSelfTest } from '../engines/self-test.ts';
import { requireReplaceable, writePackage } from '../import/write-package.ts';
import type { QuantizeRequest } from '../protocol.ts';
import type { Inputs } from './inputs.ts';

/** Int8 depends a little on the processor's instructions: the self-test allows so much more than was seen here. */
const MARGIN = 1.5;

export interface QuantizePackageOptions {
  signal: AbortSignal;
  onProgress(text: string): void;
}

/**
 * Quantises a model package and writes the result as a package of its own, with what the held-back images showed in its
 * manifest. The weights stay as they were: they are quantised when the package is loaded. Images that cannot be read are
 * left out and counted.
 *
 * @throws HifuseError `model.quantization-refused`, `request.invalid`, `file.write-failed`, `engine.*`
 */
export async function quantizePackage(
  request: QuantizeRequest,
  model: LoadedPackage,
  inputs: Inputs,
  { signal, onProgress }: QuantizePackageOptions,
): Promise<{ directory: string; manifest: Manifest; unreadable: number }> {
  // What cannot be written is said now, not after minutes of work.
  const id = parseId(basename(resolve(request.out)));
  await requireReplaceable(request.out);

  let unreadable = 0;
  const tensor = async (path: string): Promise<Float32Array | null> => {
    try {
      return (await inputs.get({ path, frame: 0 }, model.manifest.preprocessing, signal)).tensor;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HifuseError)) throw error;
      unreadable += 1;
      return null;
    }
  };
  async function* heldBack() {
    for (const { path, label } of request.heldBack) {
      const image = await tensor(path);
      if (image) yield { image, label };
    }
  }

  onProgress('reading the calibration images');
  const calibration: Float32Array[] = [];
  for (const path of request.calibration) {
    const image = await tensor(path);
    if (image) calibration.push(image);
  }

  // Only who quantises pays for loading the compiler.
  const { quantize } = await import('../engines/onnx/quantize.ts');
  const quantization = await quantize(model, { calibration, heldBack: heldBack(), signal, onProgress });

  const { modelCard, selfTest } = model;
  const manifest: Manifest = {
    ...model.manifest,
    id,
    name: `${model.manifest.name}, int8`,
    // Those of float32 would not be those of int8.
    calibration: null,
    statistics: null,
    quantization,
  };
  const tested = await withInt8Tolerance(selfTest, { manifest, state: model.state });
  const weights = await readFile(join(request.directory, manifest.weights.file));
  const directory = await writePackage(request.out, encodePackage(manifest, weights, modelCard, tested));
  return { directory, manifest, unreadable };
}

/** The self-test of a model with the deviation of its int8 form allowed for. */
async function withInt8Tolerance(selfTest: SelfTest, model: LoadedModel): Promise<SelfTest> {
  const { onnxEngine } = await import('../engines/onnx/engine.ts');
  const session = await onnxEngine.load(model, 'cpu');
  try {
    const { deviation } = await runSelfTest(session, selfTest);
    const int8 = Math.max(selfTest.tolerance.int8, MARGIN * deviation);
    return { ...selfTest, tolerance: { ...selfTest.tolerance, int8 } };
  } finally {
    await session.dispose();
  }
}
