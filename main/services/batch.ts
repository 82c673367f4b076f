import { nameless } from '../../models/texts/nameless.ts';
import { english } from '../../models/texts/texts.ts';
import { HifuseError, toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { ModelInfo, ModelSelection } from '../../worker/protocol.ts';
import type { Host } from '../hosts/host.ts';
import type { Api, BatchRow, BatchState } from '../ipc/contract.ts';
import { resultRow, resultsHeader } from '../results/row.ts';
import { partialName, RESULTS_FORMATS } from '../results/writer.ts';
import { classifyAll, type ClassifyItem, type Requests } from './classify.ts';

export interface BatchDependencies {
  requests: Requests;
  /** What an image's id stands for; null if it was closed. */
  image(imageId: string): { name: string; path: string } | null;
  /** The model of the settings. */
  model(): Promise<ModelSelection>;
  onProgress(state: BatchState): void;
  saveFile: Host['saveFile'];
  /** Milliseconds since 1970. */
  now?: () => number;
}

interface BatchItem extends ClassifyItem {
  row: BatchRow;
}

interface Batch {
  state: BatchState;
  rows: BatchRow[];
  info: ModelInfo | null;
  controller: AbortController;
  /** Milliseconds since 1970. */
  started: number;
  finished: Promise<void>;
}

const PROGRESS_INTERVAL_MS = 200;

const closed = (file: string): ErrorValue =>
  toErrorValue(new HifuseError('file.not-found', { reason: 'closed', file }));

/**
 * 'Classify all' of the app: the first frame of every image that was chosen, in the background. Keeps the newest batch
 * alone, and of each image a prediction without heat maps, so memory grows by about a kilobyte per image.
 */
export class Batches {
  readonly #with: BatchDependencies;
  readonly #now: () => number;
  #batch: Batch | null = null;
  #count = 0;

  constructor(dependencies: BatchDependencies) {
    this.#with = dependencies;
    this.#now = dependencies.now ?? Date.now;
  }

  /** Starts a batch; one that is still running is cancelled. */
  start({ imageIds }: Api['batch.start']['params']): BatchState {
    this.#batch?.controller.abort();
    const rows = imageIds.map((imageId): BatchRow => {
      const file = this.#with.image(imageId)?.name ?? '';
      return { imageId, file, frame: 0, status: 'waiting', prediction: null, error: null };
    });
    const started = this.#now();
    const batch: Batch = {
      state: {
        id: `batch-${++this.#count}`,
        revision: 0,
        state: 'running',
        done: 0,
        failed: 0,
        total: rows.length,
        imagesPerSecond: 0,
        startedAt: new Date(started).toISOString(),
      },
      rows,
      info: null,
      controller: new AbortController(),
      started,
      finished: Promise.resolve(),
    };
    this.#batch = batch;
    batch.finished = this.#run(batch);
    return { ...batch.state };
  }

  /** The newest batch, for a window that has just connected. */
  current(): BatchState | null {
    return this.#batch && { ...this.#batch.state };
  }

  cancel({ id }: Api['batch.cancel']['params']): null {
    this.#get(id).controller.abort();
    return null;
  }

  rows({ id, from, count }: Api['batch.rows']['params']): BatchRow[] {
    return this.#get(id).rows.slice(from, from + count);
  }

  /** What is there so far, in the formats of the CLI; without names, images are numbered in the order of the batch. */
  async export({ id, format, names }: Api['batch.export']['params']): Promise<Api['batch.export']['result']> {
    const { info, rows, state } = this.#get(id);
    if (!info) throw new HifuseError('request.invalid', { reason: 'no-results-yet' });
    const { mime, open, tellsIncomplete } = RESULTS_FORMATS[format];
    const complete = state.state === 'done';
    const writer = open(
      resultsHeader(info),
      info.manifest.classes.map(({ name }) => name),
    );
    const parts = [writer.begin()];
    for (const [index, { file, frame, status, prediction, error }] of rows.entries()) {
      if (status === 'waiting') continue;
      const label = names ? file : english.t('window:file.number', { number: index + 1 });
      const told = error && !names ? nameless(error, label) : error;
      parts.push(writer.row(resultRow(label, frame, { status, prediction, error: told })));
    }
    parts.push(writer.end(complete));
    const bytes = new TextEncoder().encode(parts.join(''));
    const name = `hifuse-results.${format}`;
    return this.#with.saveFile(complete || tellsIncomplete ? name : partialName(name), mime, bytes);
  }

  /** Cancels the newest batch, and waits until what it had begun is done. */
  async stop(): Promise<void> {
    this.#batch?.controller.abort();
    await this.idle();
  }

  /** Resolves when the newest batch has ended, in whichever way. */
  async idle(): Promise<void> {
    await this.#batch?.finished;
  }

  #get(id: string): Batch {
    if (this.#batch?.state.id !== id) throw new HifuseError('request.invalid', { reason: 'results-gone' });
    return this.#batch;
  }

  async #run(batch: Batch): Promise<void> {
    const { requests } = this.#with;
    const { signal } = batch.controller;
    let reported = batch.started;
    const settle = (row: BatchRow, result: Pick<BatchRow, 'status' | 'prediction' | 'error'>): void => {
      Object.assign(row, result);
      const { state } = batch;
      state.revision++;
      state.done++;
      if (row.status === 'failed') state.failed++;
      const now = this.#now();
      state.imagesPerSecond = (state.done * 1000) / Math.max(1, now - batch.started);
      if (now - reported < PROGRESS_INTERVAL_MS) return;
      reported = now;
      this.#with.onProgress({ ...state });
    };

    try {
      const model = await this.#with.model();
      batch.info = await requests.request('model.load', model, { signal });
      const options = { requests, model, batchSize: batch.info.preferredBatch, heatMaps: false, signal };
      for await (const { item, ...result } of classifyAll(this.#items(batch.rows), options)) {
        settle(item.row, result);
      }
      batch.state.state = 'done';
    } catch (error) {
      if (signal.aborted) {
        batch.state.state = 'cancelled';
      } else {
        const failure = { status: 'failed', prediction: null, error: toErrorValue(error) } as const;
        for (const row of batch.rows) if (row.status === 'waiting') settle(row, failure);
        batch.state.state = 'done';
      }
    }
    batch.state.revision++;
    this.#with.onProgress({ ...batch.state });
  }

  *#items(rows: readonly BatchRow[]): Generator<BatchItem> {
    for (const row of rows) {
      const image = this.#with.image(row.imageId);
      const source = { path: image?.path ?? '', frame: row.frame };
      if (image) yield { image: source, named: false, row };
      else yield { image: source, named: false, row, failure: closed(row.file) };
    }
  }
}
