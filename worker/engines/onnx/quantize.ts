/**
 * Quantises a model to int8: finds the range of every layer's input on calibration images, leaves in float32 what costs
 * accuracy, and measures the result on images held back.
 */
import { Tensor, type InferenceSession } from './runtime.ts';
import { HifuseError } from '../../../models/errors.ts';
import { probabilities } from '../../../models/hifuse/probabilities.ts';
import { INPUT_SIZE } from '../../../models/hifuse/variants.ts';
import type { Quantization } from '../../../models/package/manifest.ts';
import type { LoadedModel } from '../engine.ts';
import { observeInputs } from './calibrate.ts';
import { Comparison } from './comparison.ts';
import { compile, INPUT, LOGITS } from './compile.ts';
import type { Histogram } from './histogram.ts';
import { CPU_STYLE, type Style } from './onnx-ops.ts';
import { rowsOf } from '../rows.ts';
import { openGraph } from './open-graph.ts';
import type { ActivationRanges, Range } from './quantization.ts';
import { int8Style } from './styles.ts';

/** Normalised, [3, 224, 224]. */
export type Image = Float32Array;

export interface HeldBackImage {
  image: Image;
  /** Index of its class; null if unknown. */
  label: number | null;
}

export interface QuantizeOptions {
  /** Labelled or not, like those that will be classified; a hundred or more. */
  calibration: readonly Image[];
  /** None of the calibration images; a few hundred. */
  heldBack: AsyncIterable<HeldBackImage> | Iterable<HeldBackImage>;
  signal?: AbortSignal;
  onProgress?(text: string): void;
}

/** What the held-back images must show. */
export const CONDITION = { top1Agreement: 0.99, meanAbsoluteProbabilityDifference: 0.02 } as const;

/** What the search on the calibration images aims at: nearer, since other images will do a little worse. */
const AIM = { top1Agreement: 0.995, meanAbsoluteProbabilityDifference: 0.01 } as const;

/** Ranges need few images, sensitivities fewer. */
const RANGE_IMAGES = 128;
const SENSITIVITY_IMAGES = 32;
const BATCH = 8;

/** Ways to choose a range: all values, all but a few, or where rounding and cutting lose least together. */
const CLIPPINGS: readonly { name: string; range(histogram: Histogram): Range }[] = [
  { name: 'smallest and largest value', range: (histogram) => histogram.range() },
  { name: '99.999% of the values', range: (histogram) => histogram.percentile(1e-5) },
  { name: '99.99% of the values', range: (histogram) => histogram.percentile(1e-4) },
  { name: 'least squared error', range: (histogram) => histogram.leastError() },
];

interface Quantized {
  ranges: ActivationRanges;
  comparison: Comparison;
}

/**
 * Ranges, layers kept in float32, and what the held-back images showed, to be written into the manifest.
 *
 * @throws HifuseError `model.quantization-refused` where {@link CONDITION} is not met, `request.invalid` without images
 */
export async function quantize(model: LoadedModel, options: QuantizeOptions): Promise<Quantization> {
  const { calibration, onProgress = () => undefined } = options;
  if (calibration.length === 0) throw new HifuseError('request.invalid', { reason: 'no-calibration' });
  const search = new QuantizationSearch(model, options);

  onProgress(`observing every layer on ${Math.min(calibration.length, RANGE_IMAGES)} images`);
  const histograms = await observeInputs(model, spread(calibration, RANGE_IMAGES), () =>
    options.signal?.throwIfAborted(),
  );
  const { ranges, comparison } = await search.best(histograms);
  refuseIfWorse(comparison, 'calibration');

  onProgress('measuring on the images held back');
  const result = await search.heldBack(ranges);
  if (result.images === 0) throw new HifuseError('request.invalid', { reason: 'no-held-back' });
  refuseIfWorse(result, 'held-back');
  return {
    scheme: 'int8-qdq',
    activations: [...ranges].map(([layer, [minimum, maximum]]) => ({ layer, minimum, maximum })),
    float32Layers: [...histograms.keys()].filter((layer) => !ranges.has(layer)),
    calibrationImages: calibration.length,
    heldBackImages: result.images,
    top1Agreement: result.top1Agreement,
    meanAbsoluteProbabilityDifference: result.meanAbsoluteProbabilityDifference,
    heldBackAccuracy: result.accuracy,
  };
}

class QuantizationSearch {
  readonly #model: LoadedModel;
  readonly #options: QuantizeOptions;

  constructor(model: LoadedModel, options: QuantizeOptions) {
    this.#model = model;
    this.#options = options;
  }

  /** The first candidate that reaches {@link AIM}, else the best that was seen. */
  async best(histograms: ReadonlyMap<string, Histogram>): Promise<Quantized> {
    const { calibration } = this.#options;
    const reference = await this.#run(CPU_STYLE, calibration);
    const compare = async (ranges: ActivationRanges): Promise<Quantized> => {
      const outputs = await this.#run(int8Style(ranges), calibration);
      return { ranges, comparison: Comparison.of(reference, outputs) };
    };

    let best: Quantized | null = null;
    for (const { name, range } of CLIPPINGS) {
      this.#progress(`trying ranges of ${name}`);
      const candidate = await compare(new Map([...histograms].map(([layer, histogram]) => [layer, range(histogram)])));
      if (!best || isBetter(candidate.comparison, best.comparison)) best = candidate;
    }
    const everything = best!;
    if (everything.comparison.reaches(AIM)) return everything;

    const costs = await this.#sensitivities(everything.ranges, reference);
    const layers = [...everything.ranges.keys()].sort((a, b) => costs.get(b)! - costs.get(a)!);
    for (let kept = 1; kept < layers.length; kept *= 2) {
      this.#progress(`keeping ${kept} of ${layers.length} layers in float32`);
      const quantized = new Set(layers.slice(kept));
      const candidate = await compare(new Map([...everything.ranges].filter(([layer]) => quantized.has(layer))));
      if (candidate.comparison.reaches(AIM)) return candidate;
      if (isBetter(candidate.comparison, best!.comparison)) best = candidate;
    }
    return best!;
  }

  async heldBack(ranges: ActivationRanges): Promise<Comparison> {
    const comparison = new Comparison();
    const sessions = [await this.#session(CPU_STYLE), await this.#session(int8Style(ranges))] as const;
    try {
      for await (const { image, label } of this.#options.heldBack) {
        const [reference, quantized] = [await runImages(sessions[0], [image]), await runImages(sessions[1], [image])];
        comparison.add(reference[0]!, quantized[0]!, label);
        this.#options.signal?.throwIfAborted();
      }
    } finally {
      for (const session of sessions) await session.release();
    }
    return comparison;
  }

  /** What quantising each layer alone changes, as the mean absolute difference of a probability. */
  async #sensitivities(ranges: ActivationRanges, reference: readonly number[][]): Promise<Map<string, number>> {
    const some = spread([...reference.keys()], SENSITIVITY_IMAGES);
    const images = some.map((i) => this.#options.calibration[i]!);
    const expected = some.map((i) => reference[i]!);
    const costs = new Map<string, number>();
    for (const [layer, range] of ranges) {
      this.#progress(`how sensitive layer ${costs.size + 1} of ${ranges.size} is`);
      const outputs = await this.#run(int8Style(new Map([[layer, range]])), images);
      costs.set(layer, Comparison.of(expected, outputs).meanAbsoluteProbabilityDifference);
    }
    return costs;
  }

  /** Probabilities of each image. */
  async #run(style: Style, images: readonly Image[]): Promise<number[][]> {
    const session = await this.#session(style);
    try {
      const outputs: number[][] = [];
      for (let start = 0; start < images.length; start += BATCH) {
        outputs.push(...(await runImages(session, images.slice(start, start + BATCH))));
        this.#options.signal?.throwIfAborted();
      }
      return outputs;
    } finally {
      await session.release();
    }
  }

  #session(style: Style): Promise<InferenceSession> {
    return openGraph(compile(this.#model, style));
  }

  #progress(text: string): void {
    this.#options.onProgress?.(text);
  }
}

async function runImages(session: InferenceSession, images: readonly Image[]): Promise<number[][]> {
  const data = new Float32Array(images.length * 3 * INPUT_SIZE ** 2);
  images.forEach((image, i) => data.set(image, i * image.length));
  const input = new Tensor('float32', data, [images.length, 3, INPUT_SIZE, INPUT_SIZE]);
  const logits = (await session.run({ [INPUT]: input }))[LOGITS] as Tensor;
  return rowsOf({ data: logits.data as Float32Array, shape: logits.dims }).map((row) => probabilities(row));
}

/** Changed top classes weigh most; where equal, changed probabilities. */
function isBetter(a: Comparison, b: Comparison): boolean {
  if (a.top1Agreement !== b.top1Agreement) return a.top1Agreement > b.top1Agreement;
  return a.meanAbsoluteProbabilityDifference < b.meanAbsoluteProbabilityDifference;
}

function refuseIfWorse(comparison: Comparison, reason: 'calibration' | 'held-back'): void {
  if (comparison.reaches(CONDITION)) return;
  throw new HifuseError('model.quantization-refused', {
    reason,
    agreement: (100 * comparison.top1Agreement).toFixed(1),
    images: comparison.images,
    difference: comparison.meanAbsoluteProbabilityDifference.toFixed(4),
    least: 100 * CONDITION.top1Agreement,
    most: CONDITION.meanAbsoluteProbabilityDifference,
  });
}

/** At most `count` items, evenly spread over the list. */
function spread<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, i) => items[Math.floor((i * items.length) / taken)]!);
}
