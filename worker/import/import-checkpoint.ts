import { HifuseError } from '../../models/errors.ts';
import { variantOf } from '../../models/hifuse/variants.ts';
import type { StateDict } from '../../models/hifuse/state-dict.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { modelCard } from '../../models/package/model-card.ts';
import { parsePackageDescription, type PackageDescription } from '../../models/package/manifest.ts';
import { encodePackage } from '../../models/package/package.ts';
import { decodeWeights, encodeWeights } from '../../models/package/weights.ts';
import type { Engine } from '../engines/engine.ts';
import type { CheckpointSummary, ImportOptions } from '../protocol.ts';
import { sha256 } from './load-package.ts';
import { makeSelfTest, selfTestLogits, type Rows } from './make-self-test.ts';
import { withCheckpoint, type Checkpoint } from './open-checkpoint.ts';
import { inspectCheckpoint, readState, type Inspected } from './read-state.ts';
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

  return withCheckpoint(options.checkpoint, async (checkpoint) => {
    const inspected = inspectDescribed(checkpoint, description);
    const { manifest, bytes, logits } = await convert(checkpoint, inspected, description, await engine());
    const stored = { manifest, state: decodeWeights(bytes, manifest, manifest.weights.file) };
    const selfTest = makeSelfTest(logits, await selfTestLogits(stored, await engine()));
    const card = description.modelCard || modelCard(manifest, inspected.parameters);
    return { directory: await writePackage(options.out, encodePackage(manifest, bytes, card, selfTest)), manifest };
  });
}

/** Reads the weights, runs them, and encodes them: a step of its own, so that float32 copies of both are never held at once. */
async function convert(
  checkpoint: Checkpoint,
  inspected: Inspected,
  description: PackageDescription,
  engine: Engine,
): Promise<{ manifest: Manifest; bytes: Uint8Array; logits: Rows }> {
  const state = await readState(checkpoint, inspected);
  const { bytes, manifest } = encodeDescribed(state, inspected, description);
  return { manifest, bytes, logits: await selfTestLogits({ manifest, state }, engine) };
}

/**
 * What a checkpoint holds, which must fit what was said of it.
 *
 * @throws HifuseError as {@link summarizeCheckpoint}; `request.invalid` where the number of classes differs
 */
export function inspectDescribed(checkpoint: Checkpoint, { classes }: PackageDescription): Inspected {
  const inspected = inspectCheckpoint(checkpoint);
  if (inspected.classCount !== classes.length) {
    throw new HifuseError(
      'request.invalid',
      `${checkpoint.name} tells ${inspected.classCount} classes apart, and ${classes.length} are named.`,
    );
  }
  return inspected;
}

/** The weight file and the manifest of a checkpoint's package. */
export function encodeDescribed(
  state: StateDict,
  inspected: Inspected,
  { doubleSigmoid, modelCard: _, ...described }: PackageDescription,
): { bytes: Uint8Array<ArrayBuffer>; manifest: Manifest } {
  const architecture = { ...inspected.architecture, doubleSigmoid };
  const { bytes, dtype } = encodeWeights(state, { architecture, classes: described.classes });
  const weights = { file: 'weights.safetensors', sha256: sha256(bytes), dtype } as const;
  return { bytes, manifest: { schema: 1, ...described, architecture, calibration: null, weights } };
}

/** Loaded when it is needed: a summary needs none. */
async function defaultEngine(): Promise<Engine> {
  const { onnxEngine } = await import('../engines/onnx/engine.ts');
  return onnxEngine;
}
