import { HifuseError } from '../../models/errors.ts';
import { variantOf } from '../../models/hifuse/variants.ts';
import type { StateDict } from '../../models/hifuse/state-dict.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { modelCard } from '../../models/package/model-card.ts';
import { parsePackageDescription, type PackageDescription } from '../../models/package/manifest.ts';
import { encodePackage } from '../../models/package/package.ts';
import { draining } from '../../models/package/lazy-state.ts';
import { encodeWeights } from '../../models/package/weights.ts';
import type { Engine } from '../engines/engine.ts';
import type { CheckpointSummary, ImportOptions } from '../protocol.ts';
import { openStored, sha256 } from './load-package.ts';
import { makeSelfTest, selfTestLogits, type Rows } from './make-self-test.ts';
import { withCheckpoint, type Checkpoint } from './open-checkpoint.ts';
import { inspectCheckpoint, readState, type Inspected } from './read-state.ts';
import { replaceFolder, writeFiles } from './write-package.ts';

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
    const network = await engine();
    let manifest: Manifest | undefined;
    const directory = await replaceFolder(options.out, async (folder) => {
      const stored = await storeWeights(folder, checkpoint, inspected, description, network);
      manifest = stored.manifest;
      const selfTest = makeSelfTest(stored.logits, await selfTestLogits(await openStored(folder, manifest), network));
      const card = description.modelCard || modelCard(manifest, inspected.parameters);
      const { 'weights.safetensors': _, ...others } = encodePackage(manifest, new Uint8Array(), card, selfTest);
      await writeFiles(folder, others);
    });
    return { directory, manifest: manifest! };
  });
}

/**
 * Reads the weights, stores them as the package does, and runs them as they were. Every copy of them ends before the next
 * one is made: importing takes no more memory than loading.
 */
async function storeWeights(
  folder: string,
  checkpoint: Checkpoint,
  inspected: Inspected,
  description: PackageDescription,
  engine: Engine,
): Promise<{ manifest: Manifest; logits: Rows }> {
  const state = await readState(checkpoint, inspected);
  const manifest = await writeWeights(folder, state, inspected, description);
  return { manifest, logits: await selfTestLogits({ manifest, state: draining(state) }, engine) };
}

async function writeWeights(
  folder: string,
  state: StateDict,
  inspected: Inspected,
  description: PackageDescription,
): Promise<Manifest> {
  const { bytes, manifest } = encodeDescribed(state, inspected, description);
  await writeFiles(folder, { 'weights.safetensors': bytes });
  return manifest;
}

/**
 * What a checkpoint holds, which must fit what was said of it.
 *
 * @throws HifuseError as {@link summarizeCheckpoint}; `request.invalid` where the number of classes differs
 */
export function inspectDescribed(checkpoint: Checkpoint, { classes }: PackageDescription): Inspected {
  const inspected = inspectCheckpoint(checkpoint);
  if (inspected.classCount !== classes.length) {
    throw new HifuseError('request.invalid', {
      reason: 'checkpoint-classes',
      file: checkpoint.name,
      found: inspected.classCount,
      named: classes.length,
    });
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
