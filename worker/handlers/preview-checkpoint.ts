import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { indexOfLargest, probabilities } from '../../models/hifuse/probabilities.ts';
import {
  GEOMETRIES,
  parsePackageDescription,
  type Manifest,
  type PackageDescription,
} from '../../models/package/manifest.ts';
import { draining } from '../../models/package/lazy-state.ts';
import { decodeWeights } from '../../models/package/weights.ts';
import type { Engine, Session } from '../engines/engine.ts';
import { rowsOf } from '../engines/rows.ts';
import { encodeDescribed, inspectDescribed } from '../import/import-checkpoint.ts';
import { withCheckpoint } from '../import/open-checkpoint.ts';
import { readState } from '../import/read-state.ts';
import type { CheckpointPreview, ImageSource, PreviewOutcome, PreviewRequest, PreviewView } from '../protocol.ts';
import type { PreparedInput } from './imaging.ts';
import type { Inputs } from './inputs.ts';

export interface PreviewOptions {
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
  /** Runs the network, on the processor. */
  engine: Engine;
}

/**
 * What a checkpoint would say of images once it is a package: in each geometry, since nothing in the file tells in which
 * one it was trained; and what storing its weights in float16 changes. Nothing is written.
 *
 * @throws HifuseError as an import does; a single image never fails the others
 */
export async function previewCheckpoint(
  request: PreviewRequest,
  inputs: Inputs,
  options: PreviewOptions,
): Promise<CheckpointPreview> {
  const description = parsePackageDescription(request.description);
  const { manifest, bytes, outcomes } = await withCheckpoint(request.checkpoint, async (checkpoint) => {
    const inspected = inspectDescribed(checkpoint, description);
    const state = await readState(checkpoint, inspected);
    const encoded = encodeDescribed(state, inspected, description);
    const session = await options.engine.load({ manifest: encoded.manifest, state: draining(state) }, 'cpu');
    try {
      return { ...encoded, outcomes: await viewAll(request, session, description, inputs, options) };
    } finally {
      await session.dispose();
    }
  });
  const readable = outcomes.flatMap((outcome) => (outcome.ok ? [outcome] : []));
  return {
    images: outcomes,
    readable: readable.length,
    geometryChangesTop1: readable.filter(({ views }) => new Set(views.map(({ top1 }) => top1)).size > 1).length,
    storage: await compareStored(readable, manifest, bytes, inputs, options),
  };
}

async function viewAll(
  { images, pictures }: PreviewRequest,
  session: Session,
  description: PackageDescription,
  inputs: Inputs,
  { signal, onProgress }: PreviewOptions,
): Promise<PreviewOutcome[]> {
  const outcomes: PreviewOutcome[] = [];
  for (const image of images) {
    try {
      const views: PreviewView[] = [];
      for (const geometry of GEOMETRIES) {
        const input = await inputs.get(image, { ...description.preprocessing, geometry }, signal);
        views.push({
          geometry,
          ...(await predict(session, description, input)),
          input: pictures ? shown(input) : null,
        });
      }
      outcomes.push({ ok: true, image, views });
    } catch (error) {
      signal.throwIfAborted();
      outcomes.push({ ok: false, image, error: toErrorValue(error) });
    }
    onProgress(outcomes.length, images.length);
  }
  return outcomes;
}

/** The same images with the weights as the package will hold them. */
async function compareStored(
  readable: readonly { image: ImageSource; views: readonly PreviewView[] }[],
  manifest: Manifest,
  bytes: Uint8Array,
  inputs: Inputs,
  { engine, signal }: PreviewOptions,
): Promise<CheckpointPreview['storage']> {
  const storage = { dtype: manifest.weights.dtype, changesTop1: 0, largestProbabilityDifference: 0 };
  if (storage.dtype === 'float32' || readable.length === 0) return storage;
  const state = decodeWeights(bytes, manifest, manifest.weights.file);
  const session = await engine.load({ manifest, state }, 'cpu');
  try {
    for (const { image, views } of readable) {
      const original = views.find(({ geometry }) => geometry === manifest.preprocessing.geometry)!;
      const stored = await predict(session, manifest, await inputs.get(image, manifest.preprocessing, signal));
      if (stored.top1 !== original.top1) storage.changesTop1++;
      const differences = stored.classes.map((score, i) =>
        Math.abs(score.probability - original.classes[i]!.probability),
      );
      storage.largestProbabilityDifference = Math.max(storage.largestProbabilityDifference, ...differences);
      signal.throwIfAborted();
    }
  } finally {
    await session.dispose();
  }
  return storage;
}

async function predict(
  session: Session,
  { classes }: Pick<Manifest, 'classes'>,
  { tensor }: PreparedInput,
): Promise<Pick<PreviewView, 'classes' | 'top1'>> {
  const [logits] = rowsOf((await session.run({ data: tensor, size: 1 })).logits);
  if (!logits!.every(Number.isFinite)) {
    throw new HifuseError('engine.failed', { reason: 'damaged-weights' });
  }
  const chances = probabilities(logits!);
  return {
    classes: classes.map((one, i) => ({ ...one, logit: logits![i]!, probability: chances[i]! })),
    top1: indexOfLargest(logits!),
  };
}

function shown({ rgb, region, content }: PreparedInput): PreviewView['input'] {
  return { width: 224, height: 224, rgb, region, content };
}
