import { fromErrorValue, HifuseError, toErrorValue, type ErrorCode, type ErrorValue } from '../../models/errors.ts';
import type {
  ImageSource,
  ModelSelection,
  Outcome,
  Prediction,
  WorkerApi,
  WorkerMethod,
} from '../../worker/protocol.ts';

/** The part of the inference service that this folder's services use. */
export interface Requests {
  request<M extends WorkerMethod>(
    method: M,
    params: WorkerApi[M]['params'],
    options?: { signal?: AbortSignal; onProgress?: (progress: { done: number; total: number; text: string }) => void },
  ): Promise<WorkerApi[M]['result']>;
}

/** One frame, with heat maps. @throws HifuseError why there is no prediction */
export async function classifyOne(
  requests: Requests,
  image: ImageSource,
  model: ModelSelection,
  signal?: AbortSignal,
): Promise<Prediction> {
  const params = { images: [image], model, heatMaps: true };
  const [outcome] = await requests.request('model.classify', params, signal ? { signal } : {});
  if (!outcome) throw new HifuseError('internal', { reason: 'no-answer' });
  if (!outcome.ok) throw fromErrorValue(outcome.error);
  return outcome.prediction;
}

/** One frame that shall be classified. */
export interface ClassifyItem {
  image: ImageSource;
  /** Somebody asked for this very file. One that was merely met in a folder is skipped where it is no image. */
  named: boolean;
  /** Known before the network is asked: why there will be no prediction. */
  failure?: ErrorValue;
}

/** What became of an item. Every item gets exactly one. */
export type ClassifyResult<I extends ClassifyItem = ClassifyItem> =
  | { item: I; status: 'ok'; prediction: Prediction; error: null }
  | { item: I; status: 'failed' | 'skipped'; prediction: null; error: ErrorValue };

export interface ClassifyOptions {
  requests: Requests;
  model: ModelSelection;
  /** Images per request. */
  batchSize: number;
  /** Images that the network gets at once, where not what is fastest. */
  networkBatchSize?: number;
  heatMaps: boolean;
  signal?: AbortSignal;
}

/** Two, so that the next images are decoded while the network runs on these. */
const REQUESTS_IN_FLIGHT = 2;

/** A file of these kinds is no image, rather than a broken one. */
export const NO_IMAGE: ReadonlySet<ErrorCode> = new Set(['image.unknown-format', 'dicom.no-pixel-data']);

function toResult<I extends ClassifyItem>(item: I, outcome: Outcome): ClassifyResult<I> {
  if (outcome.ok) return { item, status: 'ok', prediction: outcome.prediction, error: null };
  const status = !item.named && NO_IMAGE.has(outcome.error.code) ? 'skipped' : 'failed';
  return { item, status, prediction: null, error: outcome.error };
}

async function* inChunks<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** A request on its way: settles with the outcomes, or with why there are none; never rejects. */
interface Flight<I> {
  chunk: I[];
  answer: Promise<{ outcomes: Outcome[] } | { failure: unknown }>;
}

/**
 * Classifies any number of images in bounded memory: it holds two requests' worth of them and of results, and takes the
 * next ones only when the results so far were consumed. Results come in the order of the items.
 *
 * Nothing that is wrong with one file ends the run. Where a whole request fails (the inference process crashed), its
 * images are asked for again one by one with nothing else under way, so that only the culprit is blamed.
 *
 * @throws the signal's reason when aborted.
 */
export async function* classifyAll<I extends ClassifyItem>(
  items: AsyncIterable<I> | Iterable<I>,
  options: ClassifyOptions,
): AsyncGenerator<ClassifyResult<I>, void, undefined> {
  const { requests, model, heatMaps, signal } = options;
  if (!Number.isInteger(options.batchSize) || options.batchSize < 1) {
    throw new HifuseError('request.invalid', { reason: 'batch-size', size: options.batchSize });
  }

  const ask = async (chunk: I[]): Promise<Outcome[]> => {
    const asked = chunk.filter((item) => !item.failure);
    const params = {
      images: asked.map((item) => item.image),
      model,
      heatMaps,
      ...(options.networkBatchSize ? { batchSize: options.networkBatchSize } : {}),
    };
    const answers = asked.length > 0 ? await requests.request('model.classify', params, signal ? { signal } : {}) : [];
    if (answers.length !== asked.length) {
      throw new HifuseError('internal', { reason: 'other-count' });
    }
    const next = answers.values();
    return chunk.map(({ image, failure }) => (failure ? { ok: false, image, error: failure } : next.next().value!));
  };

  const send = (chunk: I[]): Flight<I> => {
    const answer = ask(chunk).then(
      (outcomes) => ({ outcomes }),
      (failure: unknown) => ({ failure }),
    );
    return { chunk, answer };
  };

  const land = async function* (flight: Flight<I>, others: Flight<I>[]): AsyncGenerator<ClassifyResult<I>> {
    const answer = await flight.answer;
    signal?.throwIfAborted();
    if ('outcomes' in answer) {
      for (const [i, item] of flight.chunk.entries()) yield toResult(item, answer.outcomes[i]!);
    } else if (flight.chunk.length === 1 && others.length === 0) {
      const [item] = flight.chunk as [I];
      yield toResult(item, { ok: false, image: item.image, error: toErrorValue(answer.failure) });
    } else {
      await Promise.all(others.map((other) => other.answer));
      for (const item of flight.chunk) yield* land(send([item]), []);
    }
  };

  const flights: Flight<I>[] = [];
  for await (const chunk of inChunks(items, options.batchSize)) {
    signal?.throwIfAborted();
    flights.push(send(chunk));
    if (flights.length === REQUESTS_IN_FLIGHT) yield* land(flights.shift()!, flights);
  }
  for (let flight = flights.shift(); flight; flight = flights.shift()) yield* land(flight, flights);
}
