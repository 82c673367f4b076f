import { totalmem } from 'node:os';
import { fromErrorValue, HifuseError, toErrorValue } from '../../models/errors.ts';
import type { FromWorker, WorkerApi, WorkerMethod, WorkerRequest } from '../../worker/protocol.ts';
import type { Host, WorkerProcess } from '../hosts/host.ts';
import type { WorkerStatus } from '../ipc/contract.ts';
import { systemClock, type Clock } from './clock.ts';
import { Emitter } from './emitter.ts';
import { RequestQueue, type Progress } from './request-queue.ts';

export interface RequestOptions {
  /** Rejects with `request.cancelled` at once; the process is told to stop working on it. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface Limits {
  /** The process is ended when it holds more bytes in memory. */
  memoryBytes: number;
  /** ... or when it owes an answer and sent no message for so long. ONNX Runtime blocks its main thread. */
  silenceMs: number;
  /** Waiting time before each new start in a row; when they are used up, the process is given up. */
  backoffMs: readonly number[];
}

const DEFAULT_LIMITS: Limits = {
  memoryBytes: Math.max(2 * 2 ** 30, totalmem() * 0.6),
  silenceMs: 120_000,
  backoffMs: [0, 500, 2000, 5000],
};

/** How often silence is looked for. */
const WATCH_MS = 1000;

/** Why the process ended. */
const CRASHED = new HifuseError('worker.crashed');
const SILENT = new HifuseError('worker.timeout');
const GREEDY = new HifuseError('worker.crashed', { reason: 'memory' });

/** What a request gets over which the process ended twice. */
function repeated(cause: HifuseError): HifuseError {
  const details = { reason: 'repeated' } as const;
  return cause === SILENT
    ? new HifuseError('worker.timeout', details, { cause })
    : new HifuseError('worker.crashed', details, { cause });
}

type State = WorkerStatus['state'];

/**
 * Supervises the inference process: starts it, passes requests on, watches its memory and signs of life, and starts it
 * anew when it ended. What was under way then is repeated once, one request after the other, so that a file that kills
 * the process fails alone: every other request gets its answer.
 */
export class Inference {
  readonly #host: Pick<Host, 'spawnWorker'>;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #status = new Emitter<WorkerStatus>();
  readonly #queue = new RequestQueue();
  #lastId = 0;
  #process: WorkerProcess | null = null;
  #state: State | 'idle' | 'stopped' = 'idle';
  /** Why the state is not as it should be. */
  #problem: HifuseError | null = null;
  #restarts = 0;
  /** How often it ended since the last answer. */
  #endsInARow = 0;
  #memoryBytes = 0;
  #lastSign = 0;
  #ending: HifuseError = CRASHED;
  /** Takes the next look, or the next start, back. */
  #cancelTimer: () => void = () => undefined;

  constructor(host: Pick<Host, 'spawnWorker'>, limits: Partial<Limits> = {}, clock: Clock = systemClock) {
    this.#host = host;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#clock = clock;
  }

  get status(): WorkerStatus {
    const state: State = this.#state === 'idle' ? 'starting' : this.#state === 'stopped' ? 'failed' : this.#state;
    return {
      state,
      problem: this.#problem && toErrorValue(this.#problem),
      restarts: this.#restarts,
      memoryBytes: this.#memoryBytes,
    };
  }

  /** Process number, for tests that end it. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Calls back on every change; returns what ends the subscription. */
  onStatus(listener: (status: WorkerStatus) => void): () => void {
    return this.#status.on(listener);
  }

  /** Starts the process, where none runs. The first request does so, too. */
  start(): void {
    if (this.#state !== 'idle' && this.#state !== 'failed') return;
    this.#endsInARow = 0;
    this.#spawn('starting', null);
  }

  /**
   * @throws HifuseError as the process answered; `worker.crashed` or `worker.timeout` where it ended twice over this
   *   request; `request.cancelled`.
   */
  request<M extends WorkerMethod>(
    method: M,
    params: WorkerApi[M]['params'],
    options: RequestOptions = {},
  ): Promise<WorkerApi[M]['result']> {
    const { signal } = options;
    if (this.#state === 'stopped' || signal?.aborted) return Promise.reject(new HifuseError('request.cancelled'));
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const cancel = (): void => {
        if (this.#queue.take(id)?.sent) this.#process?.send({ kind: 'cancel', id });
        reject(new HifuseError('request.cancelled'));
        this.#pump();
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const settled = (): void => {
        signal?.removeEventListener('abort', cancel);
      };
      this.#queue.add({
        // The union pairs each method with its parameters; the signature above has checked them.
        request: { kind: 'request', id, method, params } as WorkerRequest,
        resolve: (result) => {
          settled();
          resolve(result as WorkerApi[M]['result']);
        },
        reject: (error) => {
          settled();
          reject(error as Error);
        },
        onProgress: options.onProgress,
      });
      this.start();
      this.#pump();
    });
  }

  /** Ends the process for good; what is pending is cancelled. */
  stop(): void {
    this.#state = 'stopped';
    this.#cancelTimer();
    const worker = this.#process;
    this.#process = null;
    worker?.kill();
    this.#queue.rejectAll(new HifuseError('request.cancelled'));
  }

  #spawn(state: 'starting' | 'restarting', problem: HifuseError | null): void {
    this.#cancelTimer();
    this.#ending = CRASHED;
    this.#memoryBytes = 0;
    this.#lastSign = this.#clock.now();
    this.#setState(state, problem);
    let worker: WorkerProcess;
    try {
      worker = this.#host.spawnWorker();
    } catch {
      this.#exited();
      return;
    }
    this.#process = worker;
    worker.onMessage((received) => {
      if (this.#process === worker) this.#receive(received);
    });
    worker.onExit(() => {
      if (this.#process === worker) this.#exited();
    });
    this.#watch();
  }

  #receive(message: FromWorker): void {
    this.#lastSign = this.#clock.now();
    switch (message.kind) {
      case 'ready':
        this.#setState('ready', this.#restarts > 0 ? new HifuseError('worker.crashed', { reason: 'restarted' }) : null);
        this.#pump();
        break;
      case 'heartbeat':
        this.#memoryBytes = message.rss;
        if (message.rss > this.#limits.memoryBytes) this.#end(GREEDY);
        break;
      case 'progress':
        this.#queue.get(message.id)?.onProgress?.({ done: message.done, total: message.total, text: message.text });
        break;
      case 'result':
        this.#endsInARow = 0;
        this.#queue.take(message.id)?.resolve(message.result);
        this.#pump();
        break;
      case 'error':
        this.#endsInARow = 0;
        this.#queue.take(message.id)?.reject(fromErrorValue(message.error));
        this.#pump();
        break;
    }
  }

  #pump(): void {
    if (this.#state !== 'ready') return;
    for (const request of this.#queue.next()) this.#process?.send(request);
  }

  #exited(): void {
    this.#process = null;
    this.#cancelTimer();
    for (const { reject } of this.#queue.ended()) reject(repeated(this.#ending));
    const wait = this.#limits.backoffMs[this.#endsInARow++];
    if (wait === undefined) {
      const gaveUp = new HifuseError('worker.crashed', { reason: 'gave-up' }, { cause: this.#ending });
      this.#setState('failed', gaveUp);
      this.#queue.rejectAll(gaveUp);
      return;
    }
    this.#restarts += 1;
    const problem = new HifuseError('worker.crashed', { reason: 'restarting' }, { cause: this.#ending });
    this.#setState('restarting', problem);
    this.#later(wait, () => {
      this.#spawn('restarting', problem);
    });
  }

  /** Ends the process over a limit; `#exited` follows. */
  #end(ending: HifuseError): void {
    this.#ending = ending;
    this.#process?.kill();
  }

  #watch(): void {
    const before = this.#clock.now();
    this.#later(WATCH_MS, () => {
      const now = this.#clock.now();
      const owes = this.#state !== 'ready' || this.#queue.underWay;
      // Where this very timer was late, the computer slept: the process was not awake, either.
      const slept = now - before > 10 * WATCH_MS;
      if (!owes || slept) this.#lastSign = now;
      if (now - this.#lastSign > this.#limits.silenceMs) this.#end(SILENT);
      else this.#watch();
    });
  }

  #setState(state: State, problem: HifuseError | null): void {
    this.#state = state;
    this.#problem = problem;
    this.#status.emit(this.status);
  }

  #later(milliseconds: number, callback: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(milliseconds, callback);
  }
}
