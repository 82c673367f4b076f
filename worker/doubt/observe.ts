import type { Features } from '../../models/doubt/features.ts';
import { featuresOf } from '../../models/doubt/features.ts';
import { describePixels } from '../../models/doubt/pixels.ts';
import { indexOfLargest } from '../../models/hifuse/probabilities.ts';
import { HifuseError } from '../../models/errors.ts';
import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import { gradCam } from '../explain/grad-cam.ts';
import type { PreparedInput } from '../handlers/imaging.ts';
import type { Inputs } from '../handlers/inputs.ts';
import type { OpenModel } from '../sessions.ts';

/** What the network made of a picture, as far as calibration and its measurement need it. */
export interface Seen {
  logits: number[];
  /** Means of the fused maps. */
  pooled: Float32Array;
  /** The strongest cell of the most probable class's heat map, in logits. */
  peak: number;
}

/** The same of an image. */
export interface Observation extends Seen {
  features: Features;
  /** Of the stored values: tells the data again. */
  sha256: string;
}

/**
 * Shows images to a network, one batch after the other, the next one being decoded meanwhile.
 *
 * @returns one observation per path, in order; null where the file is no image that can be read
 * @throws the signal's reason; HifuseError `engine.failed`
 */
export async function* observe(
  paths: readonly string[],
  open: OpenModel,
  inputs: Inputs,
  { signal }: { signal: AbortSignal },
): AsyncGenerator<Observation | null> {
  const size = open.session.preferredBatch;
  const read = (start: number): Promise<(PreparedInput | null)[]> =>
    Promise.all(paths.slice(start, start + size).map((path) => inputOf(path, open, inputs, signal)));
  let next = read(0);
  for (let start = 0; start < paths.length; start += size) {
    const batch = await next;
    next = read(start + size);
    next.catch(() => undefined);
    signal.throwIfAborted();
    const readable = batch.filter((input) => input !== null);
    const seen = await look(
      readable.map(({ tensor }) => tensor),
      open,
    );
    for (const input of batch) yield input && observation(input, seen.shift()!);
  }
}

function observation({ rgb, content }: PreparedInput, seen: Seen): Observation {
  return { ...seen, features: featuresOf(describePixels(rgb), seen.pooled), sha256: content.sha256 };
}

/** The network's input made of a file's first frame; null where it is no image that can be read. */
export async function inputOf(
  path: string,
  open: OpenModel,
  inputs: Inputs,
  signal: AbortSignal,
): Promise<PreparedInput | null> {
  try {
    return await inputs.get({ path, frame: 0 }, open.model.manifest.preprocessing, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HifuseError) return null;
    throw error;
  }
}

/**
 * Shows normalised pictures to a network at once.
 *
 * @param tensors [3, 224, 224] each
 * @throws HifuseError `engine.failed`
 */
export async function look(tensors: readonly Float32Array[], open: OpenModel): Promise<Seen[]> {
  if (tensors.length === 0) return [];
  const length = 3 * INPUT_SIZE * INPUT_SIZE;
  const data = new Float32Array(tensors.length * length);
  for (const [n, tensor] of tensors.entries()) data.set(tensor, n * length);
  const answer = await open.session.run({ data, size: tensors.length }, ['pooled', 'fused4']);
  const [logits, pooled, fused4] = [answer.logits, answer.pooled!, answer.fused4!];
  return tensors.map((_, n) => {
    const row = Array.from(logits.data.subarray(n * logits.shape[1]!, (n + 1) * logits.shape[1]!));
    const map = gradCam(fused4, open.head, n, indexOfLargest(row));
    return {
      logits: row,
      pooled: pooled.data.slice(n * pooled.shape[1]!, (n + 1) * pooled.shape[1]!),
      peak: map.values.reduce((a, b) => Math.max(a, b), 0),
    };
  });
}
