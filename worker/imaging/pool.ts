import { setMaxListeners } from 'node:events';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { foreignText, HifuseError, fromErrorValue } from '../../models/errors.ts';
import type { Preprocessing } from '../../models/package/manifest.ts';
import type { ImageSource } from '../protocol.ts';
import { LIMITS } from './limits.ts';
import { isOutOfMemory, outOfMemory } from './memory.ts';
import type { FromThread, ImagingTask, ImagingTasks, PreparedInput, ThreadResponse } from './pool-protocol.ts';

export type { PreparedInput } from './pool-protocol.ts';

type Ask<T extends ImagingTask> = (
  params: ImagingTasks[T]['params'],
  signal?: AbortSignal,
) => Promise<ImagingTasks[T]['result']>;

/** Decoding, rendering and preprocessing in threads. Every method rejects with HifuseError, or the signal's reason. */
export interface ImagingPool {
  header: Ask<'header'>;
  elements: Ask<'elements'>;
  inspect: Ask<'inspect'>;
  frame: Ask<'frame'>;
  thumbnail: Ask<'thumbnail'>;
  render: Ask<'render'>;
  digest: Ask<'digest'>;
  augmented: Ask<'augmented'>;
  input(source: ImageSource, preprocessing: Preprocessing, signal?: AbortSignal): Promise<PreparedInput>;
  /** Ends all threads; what is under way is rejected as cancelled. */
  close(): Promise<void>;
}

export interface ImagingPoolOptions {
  threads: number;
  /** Limit of reading, until a thread says what decoding may take. */
  timeoutMs?: number;
  /** Entry of a thread; tests pass their own. */
  entry?: URL;
}

interface Job {
  task: ImagingTask;
  params: { path: string };
  signal: AbortSignal | undefined;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Lower goes first: what the reader waits for is not kept waiting by the lists of a large folder. */
const PRIORITIES: Readonly<Record<ImagingTask, 0 | 1 | 2>> = {
  frame: 0,
  input: 0,
  render: 0,
  elements: 0,
  inspect: 0,
  digest: 0,
  header: 1,
  thumbnail: 2,
  augmented: 2,
};

/** Old memory a thread may use, in MB. Pixels and WebAssembly are outside of it and bounded by limits.ts. */
const MAX_OLD_SPACE_MB = 512;

/** A thread loads its modules in a fraction of a second; a machine under load may take longer. */
const START_LIMIT_MS = 30_000;

const DEFAULT_ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './pool-thread.ts' : './pool-thread.js',
  import.meta.url,
);

/**
 * A pool of threads that start when there is work. A task that takes too long, is aborted while it runs, or crashes
 * ends its thread, and a fresh one takes its place: other tasks do not notice.
 */
export function createImagingPool({
  threads,
  timeoutMs = LIMITS.readMilliseconds,
  entry = DEFAULT_ENTRY,
}: ImagingPoolOptions): ImagingPool {
  const waiting = new WaitingJobs();
  const all = new Set<Thread>();
  let closed = false;

  const dispatch = (): void => {
    while (waiting.size > 0) {
      const job = waiting.first();
      const idle = [...all].filter((candidate) => candidate.idle);
      // The thread that read the file before has its header still.
      let thread = idle.find(({ lastPath }) => lastPath === job.params.path) ?? idle[0];
      if (!thread && all.size < threads) {
        const fresh = new Thread(entry, timeoutMs, () => {
          all.delete(fresh);
          dispatch();
        });
        all.add((thread = fresh));
      }
      if (!thread) return;
      waiting.delete(job);
      void thread.run(job).then(dispatch);
    }
  };

  const ask =
    <T extends ImagingTask>(task: T): Ask<T> =>
    (params, signal) =>
      new Promise((resolve, reject) => {
        if (closed) throw new HifuseError('request.cancelled', { reason: 'closing' });
        signal?.throwIfAborted();
        const job: Job = { task, params, signal, resolve: resolve as Job['resolve'], reject };
        waiting.add(job);
        if (signal) {
          // One signal may stand for the headers of a whole folder.
          setMaxListeners(0, signal);
          signal.addEventListener(
            'abort',
            () => {
              // Not among those waiting: it runs, and its thread is ended.
              if (waiting.delete(job)) reject(signal.reason as Error);
            },
            { once: true },
          );
        }
        dispatch();
      });

  const input = ask('input');
  return {
    header: ask('header'),
    elements: ask('elements'),
    inspect: ask('inspect'),
    frame: ask('frame'),
    thumbnail: ask('thumbnail'),
    render: ask('render'),
    digest: ask('digest'),
    augmented: ask('augmented'),
    input: (source, preprocessing, signal) => input({ ...source, preprocessing }, signal),
    async close() {
      closed = true;
      for (const job of waiting.clear()) job.reject(new HifuseError('request.cancelled'));
      await Promise.all([...all].map((thread) => thread.end(new HifuseError('request.cancelled'))));
    },
  };
}

/** Jobs that no thread has yet: by priority, then in the order of their arrival. */
class WaitingJobs {
  private readonly queues = [new Set<Job>(), new Set<Job>(), new Set<Job>()] as const;

  get size(): number {
    return this.queues.reduce((sum, { size }) => sum + size, 0);
  }

  add(job: Job): void {
    this.queues[PRIORITIES[job.task]].add(job);
  }

  /** False where the job does not wait. */
  delete(job: Job): boolean {
    return this.queues[PRIORITIES[job.task]].delete(job);
  }

  /** The job to do next; there must be one. */
  first(): Job {
    for (const queue of this.queues) for (const job of queue) return job;
    throw new RangeError('No job waits.');
  }

  clear(): Job[] {
    const jobs = this.queues.flatMap((queue) => [...queue]);
    for (const queue of this.queues) queue.clear();
    return jobs;
  }
}

/** Milliseconds for which this thread has waited: it does not while a network runs, which takes the processors away. */
const idleTime = (): number => performance.eventLoopUtilization().idle;

/**
 * Calls `act` once this thread was idle for so long: while inference holds it, the clock of decoding stands still. What a
 * thread has answered by then is heard first. Returns how to call it off.
 */
function afterIdle(milliseconds: number, act: () => void): () => void {
  const start = idleTime();
  let isOff = false;
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const left = milliseconds - (idleTime() - start);
    if (left > 1) timer = setTimeout(look, left);
    else setImmediate(() => isOff || act());
  };
  look();
  return () => {
    isOff = true;
    clearTimeout(timer);
  };
}

/** One worker thread with the job that it has. */
class Thread {
  private readonly worker: Worker;
  private readonly timeoutMs: number;
  private readonly onEnd: () => void;
  private job: { settle: (response: ThreadResponse | { fatal: unknown }) => void } | null = null;
  lastPath = '';
  private ready = false;
  private restartClock: (milliseconds: number) => void = () => undefined;
  private ended = false;

  constructor(entry: URL, timeoutMs: number, onEnd: () => void) {
    this.timeoutMs = timeoutMs;
    this.onEnd = onEnd;
    this.worker = new Worker(entry, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_SPACE_MB } });
    // An idle pool does not keep the process alive.
    this.worker.unref();
    this.worker.on('message', (message: FromThread) => {
      if ('ready' in message) this.onReady();
      else if ('clock' in message) this.restartClock(message.clock);
      else this.job?.settle(message);
    });
    // Later than what the thread said before it: that it was ready, for one.
    this.worker.on('error', (error) => setImmediate(() => void this.end(error)));
    this.worker.on('exit', (code) => void this.end(new Error(`exit code ${code}`)));
  }

  get idle(): boolean {
    return !this.ended && this.job === null;
  }

  /** Runs a job to its end, whatever that is; never rejects itself. */
  run({ task, params, signal, resolve, reject }: Job): Promise<void> {
    return new Promise((done) => {
      const name = basename(params.path);
      this.lastPath = params.path;
      const cancelTimer = this.limit((milliseconds) => {
        const seconds = Math.round(milliseconds / 100) / 10;
        return new HifuseError('image.timeout', { reason: 'decoding', file: name, seconds });
      });
      const onAbort = () => void this.end(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      this.worker.ref();
      this.job = {
        settle: (response) => {
          this.job = null;
          cancelTimer();
          signal?.removeEventListener('abort', onAbort);
          this.worker.unref();
          if ('fatal' in response) reject(this.fatalError(name, response.fatal, signal));
          else if (response.ok) resolve(response.result);
          else reject(fromErrorValue(response.error));
          done();
        },
      };
      this.worker.postMessage({ task, params });
    });
  }

  /** Ends the thread when its time is up; the time to start counts for itself. Returns how to call it off. */
  private limit(late: (milliseconds: number) => HifuseError): () => void {
    let callOff = (): void => undefined;
    this.restartClock = (milliseconds) => {
      callOff();
      callOff = afterIdle(milliseconds, () => void this.end(late(milliseconds)));
    };
    if (this.ready) this.restartClock(this.timeoutMs);
    else callOff = afterIdle(START_LIMIT_MS, () => void this.end(new Error('it took too long')));
    return () => {
      this.restartClock = () => undefined;
      callOff();
    };
  }

  private onReady(): void {
    this.ready = true;
    if (this.job) this.restartClock(this.timeoutMs);
  }

  /** Ends the thread; its job is rejected with `reason`. */
  async end(reason: unknown): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.job?.settle({ fatal: reason });
    this.onEnd();
    await this.worker.terminate();
  }

  private fatalError(name: string, reason: unknown, signal: AbortSignal | undefined): unknown {
    if (reason instanceof HifuseError || signal?.aborted) return reason;
    const message = foreignText(reason);
    if (isOutOfMemory(reason)) return outOfMemory(name);
    return this.ready
      ? new HifuseError('image.corrupt', { reason: 'decoder', file: name, message })
      : new HifuseError('internal', { reason: 'imaging-thread', message });
  }
}
