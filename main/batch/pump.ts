import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { ImageSource, ModelSelection, Outcome } from '../../worker/protocol.ts';
import type { Requests } from '../services/classify.ts';

export interface PumpOptions {
  /** Inference processes, each of which gets its share as it is done with the last one. */
  fleet: readonly Requests[];
  model: ModelSelection;
  /** Images that the network gets at once; left out: what is fastest. */
  networkBatchSize?: number;
  heatMaps: boolean;
  signal: AbortSignal;
  /** Resolves when the run goes on. */
  gate(): Promise<void>;
}

/** Requests that each process has: while the network runs on the images of one, those of the next are decoded. */
const REQUESTS_PER_PROCESS = 2;

/** A process that could not be started again, rather than an image that ends it. */
const isGivenUp = (error: HifuseError): boolean => error.details?.['reason'] === 'gave-up';

/**
 * Classifies chunks of images with several processes; results come chunk by chunk as they are done. Nothing that is wrong
 * with one file ends it: where a whole request fails over a process that ended, its images are asked for one by one, and
 * the one over which the process ended twice gets that as its error.
 *
 * @throws what ends the run: the signal's reason, a model that cannot be loaded (any more), a process that cannot be started
 */
export async function pump<I extends { image: ImageSource }>(
  chunks: AsyncGenerator<I[]>,
  options: PumpOptions,
  onResults: (results: { item: I; outcome: Outcome }[]) => Promise<void>,
): Promise<void> {
  // One lane that fails ends the others, whose requests would go on for nothing.
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);

  const ask = (process: Requests, items: readonly I[]): Promise<Outcome[]> =>
    process.request(
      'model.classify',
      {
        images: items.map(({ image }) => image),
        model: options.model,
        heatMaps: options.heatMaps,
        facts: true,
        ...(options.networkBatchSize ? { batchSize: options.networkBatchSize } : {}),
      },
      { signal },
    );

  const askAlone = async (process: Requests, item: I): Promise<Outcome> => {
    try {
      return (await ask(process, [item]))[0]!;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HifuseError && isGivenUp(error)) {
        // Several that end the process may stand side by side: it is the machine only where nothing works.
        await process.request('model.load', options.model, { signal });
        return ask(process, [item]).then(
          ([outcome]) => outcome!,
          (second: unknown) => failure(item, second),
        );
      }
      return failure(item, error);
    }
  };
  const failure = (item: I, error: unknown): Outcome => {
    signal.throwIfAborted();
    const value = toErrorValue(error);
    if (!value.code.startsWith('worker.')) throw error;
    return { ok: false, image: item.image, error: value };
  };

  const lane = async (process: Requests): Promise<void> => {
    for (;;) {
      await options.gate();
      signal.throwIfAborted();
      const { value: items, done } = await chunks.next();
      if (done) return;
      let outcomes: Outcome[];
      try {
        outcomes = await ask(process, items);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof HifuseError) || !error.code.startsWith('worker.')) throw error;
        outcomes = [];
        for (const item of items) outcomes.push(await askAlone(process, item));
      }
      if (outcomes.length !== items.length) throw new HifuseError('internal', { reason: 'other-count' });
      await onResults(items.map((item, i) => ({ item, outcome: outcomes[i]! })));
    }
  };

  const lanes = options.fleet.flatMap((process) => Array.from({ length: REQUESTS_PER_PROCESS }, () => lane(process)));
  let problem: { error: unknown } | null = null;
  await Promise.all(
    lanes.map((one) =>
      one.catch((error: unknown) => {
        problem ??= { error };
        end.abort(error);
      }),
    ),
  );
  options.signal.throwIfAborted();
  if (problem) throw (problem as { error: unknown }).error;
}
