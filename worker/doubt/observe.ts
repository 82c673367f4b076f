import type { Features } from '../../models/doubt/features.ts';
import { featuresOf } from '../../models/doubt/features.ts';
import { describePixels } from '../../models/doubt/pixels.ts';
import { indexOfLargest } from '../../models/hifuse/probabilities.ts';
import { HifuseError } from '../../models/errors.ts';
import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import { gradCam } from '../explain/grad-cam.ts';
import type { PreparedInput } from '../handlers/imaging.ts';
import type { Inputs } from '../handlers/inputs.ts';
import { normalise } from '../imaging/preprocess.ts';
import type { OpenModel } from '../sessions.ts';

/** What the network made of an image, as far as calibration and its measurement need it. */
export interface Observation {
  logits: number[];
  features: Features;
  /** The strongest cell of the most probable class's heat map, in logits. */
  peak: number;
  /** Of the stored values: tells the data again. */
  sha256: string;
  input: PreparedInput;
}

/** A picture made of the network's input: 224 x 224, interleaved. */
export type Change = (rgb: Uint8Array) => Uint8Array;

export interface ObserveOptions {
  signal: AbortSignal;
  /** Made of every input before the network sees it. */
  change?: Change;
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
  { signal, change }: ObserveOptions,
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
    const changed = batch.map((input) => input && changedInput(input, open, change));
    const seen = await look(
      changed.filter((input) => input !== null),
      open,
    );
    for (const input of changed) yield input && seen.shift()!;
  }
}

async function inputOf(
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

function changedInput(input: PreparedInput, open: OpenModel, change: Change | undefined): PreparedInput {
  if (!change) return input;
  const rgb = Uint8Array.from(change(input.rgb));
  return { ...input, rgb, tensor: normalise(rgb, open.model.manifest.preprocessing) };
}

async function look(inputs: readonly PreparedInput[], open: OpenModel): Promise<Observation[]> {
  if (inputs.length === 0) return [];
  const length = 3 * INPUT_SIZE * INPUT_SIZE;
  const data = new Float32Array(inputs.length * length);
  for (const [n, { tensor }] of inputs.entries()) data.set(tensor, n * length);
  const answer = await open.session.run({ data, size: inputs.length }, ['pooled', 'fused4']);
  const [logits, pooled, fused4] = [answer.logits, answer.pooled!, answer.fused4!];
  return inputs.map((input, n) => {
    const row = Array.from(logits.data.subarray(n * logits.shape[1]!, (n + 1) * logits.shape[1]!));
    const map = gradCam(fused4, open.head, n, indexOfLargest(row));
    return {
      logits: row,
      features: featuresOf(
        describePixels(input.rgb),
        pooled.data.slice(n * pooled.shape[1]!, (n + 1) * pooled.shape[1]!),
      ),
      peak: map.values.reduce((a, b) => Math.max(a, b), 0),
      sha256: input.content.sha256,
      input,
    };
  });
}
