import { judge } from '../../models/doubt/judge.ts';
import { FAR_CASES } from '../../models/doubt/far-cases.ts';
import {
  accuracyOf,
  calibrationFigures,
  coverageFigures,
  farAuroc,
  matchingFacts,
  nearFigures,
  outsideFigures,
  PICTURE_FACTS,
  type DoubtMeasurement,
  type JudgedImage,
  type OutsideFigures,
} from '../../models/doubt/measurement.ts';
import { NEAR_CASES } from '../../models/doubt/near-cases.ts';
import type { Verdict } from '../../models/doubt/verdict.ts';
import { HifuseError } from '../../models/errors.ts';
import type { ImageFacts } from '../../models/intended-use.ts';
import { randomFrom } from '../../models/random.ts';
import type { Inputs } from '../handlers/inputs.ts';
import { normalise } from '../imaging/preprocess.ts';
import type { MeasureRequest } from '../protocol.ts';
import type { OpenModel } from '../sessions.ts';
import { inputOf, look, type Seen } from './observe.ts';

export interface MeasureOptions {
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** A picture as the network saw it, and how to judge it by what its file states. */
interface Look extends Seen {
  judge(facts: ImageFacts): Verdict;
}

/** Milliseconds that the network and the verdicts took. */
class Stopwatch {
  network = 0;
  verdicts = 0;

  async look(pictures: readonly Uint8Array[], open: OpenModel): Promise<Look[]> {
    const { manifest, reference } = open.model;
    const tensors = pictures.map((rgb) => normalise(rgb, manifest.preprocessing));
    const before = performance.now();
    const seen = await look(tensors, open);
    this.network += performance.now() - before;
    return seen.map((one, i) => ({
      ...one,
      judge: (facts) => {
        const start = performance.now();
        const verdict = judge(manifest.intended, reference, { facts, rgb: pictures[i]!, pooled: one.pooled });
        this.verdicts += performance.now() - start;
        return verdict;
      },
    }));
  }
}

/** Runs a measurement, see models/doubt/measurement.ts. Files that are no images are left out. */
class Measuring {
  readonly #watch = new Stopwatch();
  readonly #open: OpenModel;
  readonly #inputs: Inputs;
  readonly #options: MeasureOptions;
  readonly #total: number;
  #done = 0;

  constructor(request: MeasureRequest, open: OpenModel, inputs: Inputs, options: MeasureOptions) {
    this.#open = open;
    this.#inputs = inputs;
    this.#options = options;
    this.#total =
      request.data.length +
      Math.min(request.nearImages, request.data.length) * NEAR_CASES.length +
      request.far.length +
      FAR_CASES.length * request.madePictures;
  }

  async #rgbOf(path: string): Promise<Uint8Array | null> {
    return (await inputOf(path, this.#open, this.#inputs, this.#options.signal))?.rgb ?? null;
  }

  /** One picture at a time: what the processor is fastest with. */
  async #look(rgb: Uint8Array): Promise<Look> {
    this.#options.signal.throwIfAborted();
    const [seen] = await this.#watch.look([rgb], this.#open);
    this.#options.onProgress(++this.#done, this.#total);
    return seen!;
  }

  async usual(data: MeasureRequest['data']) {
    const images: (JudgedImage & { stated: Verdict })[] = [];
    const { intended } = this.#open.model.manifest;
    for (const { path, label } of data) {
      const rgb = await this.#rgbOf(path);
      if (!rgb) continue;
      const seen = await this.#look(rgb);
      const { logits } = seen;
      images.push({ logits, label, verdict: seen.judge(PICTURE_FACTS), stated: seen.judge(matchingFacts(intended)) });
    }
    return images;
  }

  async near(data: MeasureRequest['data']) {
    const random = randomFrom(16);
    const images = NEAR_CASES.map((): JudgedImage[] => []);
    for (const [index, { path, label }] of data.entries()) {
      const rgb = await this.#rgbOf(path);
      if (!rgb) continue;
      for (const [kind, { change }] of NEAR_CASES.entries()) {
        const seen = await this.#look(change(rgb, index, random));
        images[kind]!.push({ logits: seen.logits, label, verdict: seen.judge(PICTURE_FACTS) });
      }
    }
    return NEAR_CASES.map(({ name, required }, kind) => nearFigures(name, required, images[kind]!));
  }

  async far({ far, farName, madePictures }: MeasureRequest) {
    const verdicts: Verdict[] = [];
    const figures: OutsideFigures[] = [];
    const add = (name: string, own: readonly Verdict[]): void => {
      if (own.length === 0) return;
      verdicts.push(...own);
      figures.push(outsideFigures(name, own));
    };
    const files: Verdict[] = [];
    for (const path of far) {
      const rgb = await this.#rgbOf(path);
      if (rgb) files.push((await this.#look(rgb)).judge(PICTURE_FACTS));
    }
    add(farName, files);
    const random = randomFrom(17);
    for (const { name, make } of FAR_CASES) {
      const own: Verdict[] = [];
      for (let i = 0; i < madePictures; i++) own.push((await this.#look(make(random))).judge(PICTURE_FACTS));
      add(name, own);
    }
    return { verdicts, figures };
  }

  get cost(): number {
    return this.#watch.verdicts / this.#watch.network;
  }
}

/** Every so many-th of a list, `count` at most. */
function spread<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, i) => items[Math.floor((i * items.length) / taken)]!);
}

/**
 * Measures a model's doubt on labelled images that it was neither trained nor calibrated on.
 *
 * @throws HifuseError `request.invalid` where none of them can be read; `engine.failed`; the signal's reason
 */
export async function measure(
  request: MeasureRequest,
  open: OpenModel,
  inputs: Inputs,
  options: MeasureOptions,
): Promise<DoubtMeasurement> {
  const { manifest } = open.model;
  const measuring = new Measuring(request, open, inputs, options);
  const usual = await measuring.usual(request.data);
  if (usual.length === 0) throw new HifuseError('request.invalid', { reason: 'too-few-images', count: 0, minimum: 1 });
  // Each image was judged twice, once of them by what its file would state.
  const cost = measuring.cost / 2;
  const verdicts = usual.map(({ verdict }) => verdict);
  const far = await measuring.far(request);
  return {
    calibration: calibrationFigures(usual, manifest),
    coverage: coverageFigures(usual, manifest),
    usual: outsideFigures(request.dataName, verdicts),
    inside: { images: usual.length, inside: usual.filter(({ stated }) => stated.state === 'inside').length },
    accuracy: accuracyOf(usual),
    near: await measuring.near(spread(request.data, request.nearImages)),
    far: far.figures,
    farAuroc: farAuroc(verdicts, far.verdicts),
    cost,
  };
}
