import { HifuseError } from '../../models/errors.ts';
import { variantOf } from '../../models/hifuse/variants.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { modelCard } from '../../models/package/model-card.ts';
import { parsePackageDescription } from '../../models/package/package-description.ts';
import { encodePackage } from '../../models/package/package.ts';
import { decodeWeights, encodeWeights } from '../../models/package/weights.ts';
import type { Engine } from '../engines/engine.ts';
import type { CheckpointSummary, ImportOptions } from '../protocol.ts';
import { sha256 } from './load-package.ts';
import { makeSelfTest } from './make-self-test.ts';
import { withCheckpoint } from './open-checkpoint.ts';
import { inspectCheckpoint, readState } from './read-state.ts';
import { writePackage } from './write-package.ts';

/**
 * Says what a checkpoint's names and shapes tell. No values are read.
 *
 * @param path a .pth of torch.save (either form) or a .safetensors file; the content decides
 * @throws HifuseError `file.*`, `checkpoint.*`, `model.missing-tensor`, `model.extra-tensor`, `model.shape-mismatch`
 */
export function summarizeCheckpoint(path: string): Promise<CheckpointSummary> {
  return withCheckpoint(path, async (checkpoint) => {
    const { architecture, classCount, parameters, ignored } = inspectCheckpoint(checkpoint);
    return {
      format: checkpoint.format,
      architecture,
      variant: variantOf(architecture),
      classCount,
      parameters,
      dtypes: [...new Set([...checkpoint.tensors.values()].map(({ dtype }) => dtype))],
      ignored,
    };
  });
}

/**
 * Turns a checkpoint into a model package with a self-test. Nothing of the checkpoint is executed; the package is there
 * whole or not at all.
 *
 * @param engine runs the network for the self-test, on the processor
 * @returns the package's folder and its manifest
 * @throws HifuseError as {@link summarizeCheckpoint}; `request.invalid` for options, `file.write-failed`, `engine.*`
 */
export async function importCheckpoint(
  options: ImportOptions,
  engine: () => Promise<Engine> = defaultEngine,
): Promise<{ directory: string; manifest: Manifest }> {
  const description = parsePackageDescription(options);
  const { classes } = description;

  return withCheckpoint(options.checkpoint, async (checkpoint) => {
    const inspected = inspectCheckpoint(checkpoint);
    if (inspected.classCount !== classes.length) {
      throw new HifuseError(
        'request.invalid',
        `${checkpoint.name} tells ${inspected.classCount} classes apart, and ${classes.length} are named.`,
      );
    }
    const architecture = { ...inspected.architecture, doubleSigmoid: description.doubleSigmoid };
    const state = await readState(checkpoint, inspected);
    const { bytes, dtype } = encodeWeights(state, { architecture, classes });
    const manifest: Manifest = {
      schema: 1,
      id: description.id,
      name: description.name,
      version: description.version,
      license: description.license,
      architecture,
      classes,
      preprocessing: description.preprocessing,
      calibration: null,
      intended: description.intended,
      training: description.training,
      weights: { file: 'weights.safetensors', sha256: sha256(bytes), dtype },
    };
    const stored = decodeWeights(bytes, manifest, manifest.weights.file);
    const selfTest = await makeSelfTest({ manifest, state }, { manifest, state: stored }, await engine());
    const card = description.modelCard || modelCard(manifest, inspected.parameters);
    const files = encodePackage(manifest, bytes, card, selfTest);
    return { directory: await writePackage(options.out, files), manifest };
  });
}

/** Loaded when it is needed: a summary needs none. */
async function defaultEngine(): Promise<Engine> {
  const { onnxEngine } = await import('../engines/onnx/engine.ts');
  return onnxEngine;
}
