import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { judge } from '../../models/doubt/judge.ts';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { indexOfLargest, probabilities } from '../../models/hifuse/probabilities.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { predictionSet } from '../../models/statistics/conformal.ts';
import type { Answer, Batch, Output, Tap, Taps } from '../engines/engine.ts';
import { gradCam } from '../explain/grad-cam.ts';
import type { FileDigest } from '../imaging/pool-protocol.ts';
import type { FileFacts, HeatMap, ImageSource, Outcome, Prediction } from '../protocol.ts';
import type { OpenModel } from '../sessions.ts';
import type { PreparedInput } from './imaging.ts';
import type { Inputs } from './inputs.ts';

export interface ClassifyOptions {
  heatMaps: boolean;
  /** Images at once; by default what the session prefers. */
  batchSize?: number | undefined;
  /** Tell of the files, too. */
  facts?: boolean | undefined;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** An input that was asked for: the input, or why there is none. */
type Prepared = { ok: true; input: PreparedInput; facts?: FileFacts } | { ok: false; error: unknown };

/**
 * Classifies images in batches of the size asked for, or that the session prefers. The next two batches are decoded in the pool
 * while the network runs on this one.
 *
 * @returns one outcome per image, in order; a failing image never ends the others
 * @throws the signal's reason when aborted
 */
export async function classify(
  images: readonly ImageSource[],
  open: OpenModel,
  inputs: Inputs,
  options: ClassifyOptions,
): Promise<Outcome[]> {
  const { signal } = options;
  const { preprocessing } = open.model.manifest;
  const batchSize = Math.max(1, Math.trunc(options.batchSize ?? open.session.preferredBatch));
  const underWay: Promise<Prepared>[] = [];
  const digests = new Map<string, Promise<FileDigest>>();
  const digestOf = (path: string): Promise<FileDigest> => {
    const digest = digests.get(path) ?? inputs.digest(path, signal);
    digests.set(path, digest);
    return digest;
  };
  const prepare = async (image: ImageSource): Promise<Prepared> => {
    const input = inputs.get(image, preprocessing, signal);
    if (!options.facts) return { ok: true, input: await input };
    const [{ header, content }, digest] = await Promise.all([input, digestOf(image.path)]);
    if (digest.fileVersion !== content.fileVersion) {
      throw new HifuseError('file.unreadable', { reason: 'changed', file: basename(image.path) });
    }
    return { ok: true, input: await input, facts: { sha256: digest.sha256, header } };
  };
  const prepareUpTo = (end: number): void => {
    for (const image of images.slice(underWay.length, end)) {
      underWay.push(prepare(image).catch((error: unknown) => ({ ok: false, error })));
    }
  };

  const outcomes: Outcome[] = [];
  for (let start = 0; start < images.length; start += batchSize) {
    prepareUpTo(start + 3 * batchSize);
    const prepared = await Promise.all(underWay.slice(start, start + batchSize));
    signal.throwIfAborted();
    const batch = images.slice(start, start + batchSize).map((image, i) => ({ image, prepared: prepared[i]! }));
    outcomes.push(...(await runBatch(batch, open, options.heatMaps)));
    // The tensors of what is done are let go.
    void underWay.fill(Promise.resolve({ ok: false, error: null }), start, start + batchSize);
    options.onProgress(outcomes.length, images.length);
  }
  return outcomes;
}

async function runBatch(
  batch: readonly { image: ImageSource; prepared: Prepared }[],
  open: OpenModel,
  heatMaps: boolean,
): Promise<Outcome[]> {
  const usable = batch.flatMap(({ image, prepared }) => (prepared.ok ? [{ image, ...prepared }] : []));
  const predicted = new Map<ImageSource, Outcome>();
  if (usable.length > 0) {
    try {
      const before = performance.now();
      const answer = await run(
        open,
        usable.map(({ input }) => input),
        heatMaps ? ['pooled', 'fused4'] : ['pooled'],
      );
      const inferMs = (performance.now() - before) / usable.length;
      for (const [n, { image, input, facts }] of usable.entries()) {
        const outcome = outcomeOf(image, input, answer, n, inferMs, open);
        predicted.set(image, outcome.ok && facts ? { ...outcome, facts } : outcome);
      }
    } catch (error) {
      for (const { image } of usable) predicted.set(image, { ok: false, image, error: toErrorValue(error) });
    }
  }
  return batch.map(({ image, prepared }) =>
    prepared.ok ? predicted.get(image)! : { ok: false, image, error: toErrorValue(prepared.error) },
  );
}

function run(open: OpenModel, inputs: readonly PreparedInput[], taps: readonly Tap[]): Promise<Answer> {
  const first = inputs[0]!.tensor;
  const data = inputs.length === 1 ? first : new Float32Array(first.length * inputs.length);
  if (inputs.length > 1) {
    for (const [n, { tensor }] of inputs.entries()) data.set(tensor, n * first.length);
  }
  const batch: Batch = { data, size: inputs.length };
  return open.session.run(batch, taps);
}

function outcomeOf(
  image: ImageSource,
  input: PreparedInput,
  answer: Answer,
  n: number,
  inferMs: number,
  open: OpenModel,
): Outcome {
  const { manifest, reference } = open.model;
  const logits = Array.from(rowOf(answer.logits, n));
  if (!logits.every(Number.isFinite)) {
    const error = new HifuseError('engine.failed', { reason: 'no-numbers', device: open.session.device });
    return { ok: false, image, error: toErrorValue(error) };
  }
  const chances = probabilities(logits, manifest.calibration?.temperature);
  const { decode, preprocess } = input.milliseconds;
  const prediction: Prediction = {
    id: randomUUID(),
    image,
    content: input.content,
    classes: manifest.classes.map(({ name, displayName }, i) => ({
      name,
      displayName,
      logit: logits[i]!,
      probability: chances[i]!,
    })),
    top1: indexOfLargest(logits),
    calibrated: manifest.calibration !== null,
    verdict: judge(manifest.intended, reference, {
      facts: input.header,
      rgb: input.rgb,
      pooled: rowOf(answer.pooled!, n),
    }),
    set: setOf(manifest, chances),
    model: {
      id: manifest.id,
      version: manifest.version,
      name: manifest.name,
      weightsSha256: manifest.weights.sha256,
    },
    engine: open.session.engine,
    device: open.session.device,
    precision: open.session.precision,
    preprocessing: { geometry: manifest.preprocessing.geometry, window: input.window, region: input.region },
    milliseconds: { decode, preprocess, infer: inferMs, total: decode + preprocess + inferMs },
    heatMaps: answer.fused4 ? heatMapsOf(answer.fused4, n, open) : null,
    warnings: [...input.warnings],
  };
  return { ok: true, prediction };
}

/** One image's row of an output [N, C]. */
const rowOf = ({ data, shape }: Output, n: number): Float32Array => data.subarray(n * shape[1]!, (n + 1) * shape[1]!);

/** Classes that hold the true one with the coverage of the package's first level; null without limits. */
function setOf({ calibration, classes }: Manifest, chances: readonly number[]): Prediction['set'] {
  const level = calibration?.sets?.[0];
  if (!level) return null;
  const limits = classes.map(() => level.marginal);
  return { coverage: level.coverage, names: predictionSet(chances, limits).map((k) => classes[k]!.name) };
}

function heatMapsOf(fused4: Taps['fused4'], n: number, open: OpenModel): HeatMap[] {
  return open.model.manifest.classes.map((_, classIndex) => gradCam(fused4, open.head, n, classIndex));
}
