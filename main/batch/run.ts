import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { ImageSource, ModelInfo, ModelSelection, Outcome, Prediction } from '../../worker/protocol.ts';
import { resultRow, resultsHeader, type ResultRow } from '../results/row.ts';
import { NO_IMAGE, type Requests } from '../services/classify.ts';
import { problemOf } from '../services/system-errors.ts';
import { absolute, goneRow, listFiles } from './listing.ts';
import { encodeNpy } from './npy.ts';
import { framesOf } from './plan.ts';
import { pump } from './pump.ts';
import { versionOf, type FrameResult, type OpenFile, type RunStore } from './store.ts';

/** How far a run is. */
export interface BatchProgress {
  /** Files that were met so far, and whether these are all. */
  files: number;
  listed: boolean;
  filesDone: number;
  ok: number;
  failed: number;
  skipped: number;
  /** Rows per second of late; 0 until it is known. */
  rate: number;
  /** Seconds; null until it is known. */
  timeLeft: number | null;
}

export interface BatchRunOptions {
  store: RunStore;
  fleet: readonly Requests[];
  model: ModelSelection;
  info: ModelInfo;
  networkBatchSize?: number;
  signal: AbortSignal;
  onProgress?: (progress: BatchProgress) => void;
  /** Told of every row as it is made. */
  onRow?: (row: ResultRow) => void;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

/** Images per request. */
const CHUNK = 16;
/** Headers that are asked for at once, where the number of frames must be known. */
const HEADERS = 64;
/** Files that are looked up in the store at once. */
const PAGE = 256;
/** Results that wait at most before they are written, and how long. */
const FLUSH_ROWS = 200;
const FLUSH_MS = 500;
/** The rate is that of the last so many milliseconds. */
const RATE_WINDOW_MS = 30_000;
/** A file that changes again and again while it is read is not tried for ever. */
const PASSES = 3;

interface Item {
  file: OpenFile;
  image: ImageSource;
}

/** One start of a run: lists the files and classifies those that have no result yet, until all have. */
export class BatchRun {
  readonly #with: BatchRunOptions;
  readonly #now: () => number;
  readonly #makerId: number;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #listing: { id: number; listed: boolean; next: PromiseWithResolvers<void> } = {
    id: 0,
    listed: false,
    next: withResolvers(),
  };
  #waiting: FrameResult[] = [];
  /** Frames that a file still lacks. */
  readonly #lacking = new Map<number, number>();
  #progress: BatchProgress;
  #recent: { at: number; rows: number }[] = [];
  #rows = 0;
  #paused: PromiseWithResolvers<void> | null = null;

  constructor(options: BatchRunOptions) {
    this.#with = options;
    this.#now = options.now ?? performance.now.bind(performance);
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#makerId = options.store.maker(resultsHeader(options.info));
    this.#progress = { ...options.store.counts(), listed: false, rate: 0, timeLeft: null };
  }

  get progress(): BatchProgress {
    return { ...this.#progress };
  }

  get isPaused(): boolean {
    return this.#paused !== null;
  }

  /** What is under way is finished; nothing new is begun. */
  pause(): void {
    this.#paused ??= withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
    this.#recent = [];
  }

  /**
   * Runs to the end. What is done is in the store, whatever ends it.
   * @throws HifuseError what ended it; the signal's reason
   */
  async run(): Promise<void> {
    const { store } = this.#with;
    const timer = setInterval(() => {
      this.#flushOrStop();
    }, FLUSH_MS);
    try {
      for (let pass = 0; pass < PASSES && (pass === 0 || !store.complete); pass++) await this.#pass();
    } finally {
      clearInterval(timer);
      this.#flush();
      this.#report();
    }
  }

  async #pass(): Promise<void> {
    const listing = this.#list();
    // It fails the pass; what it awaits meanwhile ends by the signal.
    listing.catch((error: unknown) => {
      this.#stop.abort(error);
    });
    const { fleet, model, networkBatchSize, store } = this.#with;
    const options = {
      fleet,
      model,
      ...(networkBatchSize ? { networkBatchSize } : {}),
      heatMaps: store.plan.maps,
      signal: this.#signal,
      gate: () => this.#paused?.promise ?? Promise.resolve(),
    };
    await pump(this.#chunks(), options, (results) => this.#take(results));
    await listing;
    this.#flush();
  }

  async #list(): Promise<void> {
    const { store } = this.#with;
    const listing = store.beginListing();
    this.#listing = { id: listing, listed: false, next: withResolvers() };
    let count = 0;
    const options = { except: [path.resolve(store.folder)], signal: this.#signal };
    for await (const files of listFiles(store.plan, options)) {
      store.list(listing, files, this.#makerId);
      count += files.length;
      for (const { row } of files) if (row) this.#count(row);
      this.#progress.files = count;
      this.#listing.next.resolve();
      this.#listing.next = withResolvers();
    }
    store.endListing(listing, goneRow, this.#makerId);
    const { rate, timeLeft } = this.#progress;
    this.#progress = { ...store.counts(), listed: true, rate, timeLeft };
    this.#listing.listed = true;
    this.#listing.next.resolve();
  }

  /** What is to be classified, chunk by chunk, as far as files are known. */
  async *#chunks(): AsyncGenerator<Item[]> {
    let items: Item[] = [];
    for await (const files of this.#openFiles()) {
      for (const item of await this.#itemsOf(files)) {
        items.push(item);
        if (items.length < CHUNK) continue;
        yield items;
        items = [];
      }
    }
    if (items.length > 0) yield items;
  }

  async *#openFiles(): AsyncGenerator<OpenFile[]> {
    const { store } = this.#with;
    const size = store.plan.frames.kind === 'first' ? PAGE : HEADERS;
    for (let after = -1; ;) {
      const { id, listed, next } = this.#listing;
      const files = store.open(id, after, size);
      after = files.at(-1)?.position ?? after;
      if (files.length > 0) yield files;
      else if (listed) return;
      else await untilAborted(next.promise, this.#signal);
    }
  }

  async #itemsOf(files: readonly OpenFile[]): Promise<Item[]> {
    const { store } = this.#with;
    const counts = await this.#frameCounts(files);
    return files.flatMap((file, i) => {
      const done = store.framesDone(file.id);
      // A file without frames, or one that cannot be read, has one row, which says so.
      const wanted = framesOf(store.plan.frames, counts[i]!);
      const frames = (wanted.length > 0 ? wanted : [0]).filter((frame) => !done.has(frame));
      this.#lacking.set(file.id, frames.length);
      return frames.map((frame) => ({ file, image: { path: absolute(store.plan, file.path), frame } }));
    });
  }

  async #frameCounts(files: readonly OpenFile[]): Promise<number[]> {
    const { store, fleet } = this.#with;
    if (store.plan.frames.kind === 'first') return files.map(() => 1);
    const ask = (paths: string[]) => fleet[0]!.request('image.headers', { paths }, { signal: this.#signal });
    const paths = files.map((file) => absolute(store.plan, file.path));
    try {
      return (await ask(paths)).map((one) => (one.ok ? one.header.frames : 1));
    } catch {
      this.#signal.throwIfAborted();
      // One of them ends the process: classifying it will tell why.
      const counts: number[] = [];
      for (const one of paths) {
        counts.push(
          await ask([one]).then(
            ([header]) => (header!.ok ? header!.header.frames : 1),
            () => 1,
          ),
        );
      }
      return counts;
    }
  }

  async #take(results: readonly { item: Item; outcome: Outcome }[]): Promise<void> {
    for (const { item, outcome } of results) {
      const result = await this.#resultOf(item, outcome);
      this.#waiting.push(result);
      this.#count(result.row);
      if (result.completes) this.#progress.filesDone++;
    }
    if (this.#waiting.length >= FLUSH_ROWS) this.#flush();
    this.#report();
  }

  async #resultOf({ file, image }: Item, outcome: Outcome): Promise<FrameResult> {
    const lacking = (this.#lacking.get(file.id) ?? 1) - 1;
    if (lacking > 0) this.#lacking.set(file.id, lacking);
    else this.#lacking.delete(file.id);
    const about = { fileId: file.id, completes: lacking <= 0 };
    const failed = (status: 'failed' | 'skipped', error: unknown, version: string | null): FrameResult => {
      const row = resultRow(file.path, image.frame, { status, prediction: null, error: toErrorValue(error) });
      return { ...about, row, version, facts: null };
    };
    if (!outcome.ok) {
      const { code } = outcome.error;
      const isNamed = this.#with.store.plan.starts.includes(file.path);
      const status = NO_IMAGE.has(code) && !isNamed ? 'skipped' : 'failed';
      const row = resultRow(file.path, image.frame, { status, prediction: null, error: outcome.error });
      // One that is there again, or is not changed while it is read, is done anew when the run is started again.
      const isPassing = code === 'file.not-found' || outcome.error.details?.['reason'] === 'changed';
      return { ...about, row, version: isPassing ? '' : null, facts: null };
    }
    const { prediction } = outcome;
    const version = versionOf(prediction.content.fileVersion);
    if (version !== file.version && this.#with.store.plan.frames.kind !== 'first') {
      // The frames before were of another version.
      return failed(
        'failed',
        new HifuseError('file.unreadable', { reason: 'changed', file: path.basename(image.path) }),
        '',
      );
    }
    const row = resultRow(file.path, image.frame, { status: 'ok', prediction, error: null });
    const heatMap = await this.#writeMaps(file, image.frame, prediction);
    return { ...about, row: heatMap === null ? row : { ...row, heatMap }, version, facts: outcome.facts ?? null };
  }

  /** Writes the maps of all classes. @returns the file, below the folder of the run */
  async #writeMaps(file: OpenFile, frame: number, { heatMaps }: Prediction): Promise<string | null> {
    if (!this.#with.store.plan.maps || !heatMaps) return null;
    const name = `maps/${file.path}.frame${frame}.npy`;
    const target = path.join(this.#with.store.folder, ...name.split('/'));
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, encodeNpy(heatMaps));
    } catch (error) {
      throw new HifuseError('file.write-failed', {
        reason: 'file',
        file: path.basename(target),
        problem: problemOf(error),
      });
    }
    return name;
  }

  #count(row: ResultRow): void {
    this.#progress[row.status]++;
    this.#rows++;
    this.#with.onRow?.(row);
  }

  #flush(): void {
    const results = this.#waiting;
    if (results.length === 0) return;
    this.#waiting = [];
    this.#with.store.put(results, this.#makerId);
  }

  /** In a timer, where nobody could catch it. */
  #flushOrStop(): void {
    try {
      this.#flush();
      this.#report();
    } catch (error) {
      this.#stop.abort(error);
    }
  }

  #report(): void {
    const at = this.#now();
    this.#recent.push({ at, rows: this.#rows });
    const first = this.#recent.findIndex((one) => at - one.at <= RATE_WINDOW_MS);
    this.#recent.splice(0, first);
    const oldest = this.#recent[0]!;
    const seconds = (at - oldest.at) / 1000;
    const progress = this.#progress;
    if (seconds >= 1) {
      progress.rate = (this.#rows - oldest.rows) / seconds;
      const perFile =
        progress.filesDone > 0 ? (progress.ok + progress.failed + progress.skipped) / progress.filesDone : 1;
      const left = (progress.files - progress.filesDone) * perFile;
      progress.timeLeft = progress.rate > 0 && progress.listed ? left / progress.rate : null;
    }
    this.#with.onProgress?.({ ...progress });
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** @throws the signal's reason */
async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    signal.addEventListener('abort', onAbort, { once: true });
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
}
