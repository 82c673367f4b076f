import { HifuseError, toErrorValue } from '../models/errors.ts';
import type { FromWorker, ToWorker, WorkerApi, WorkerMethod, WorkerRequest } from './protocol.ts';

/** What a handler may do besides answering. */
export interface RequestContext {
  /** Aborted when main cancels the request. */
  readonly signal: AbortSignal;
  /** Tells main how far a long request is. */
  progress(done: number, total: number, text: string): void;
}

/** One function per request; declared `satisfies Handlers`, a missing one does not compile. */
export type Handlers = {
  [M in WorkerMethod]: (params: WorkerApi[M]['params'], context: RequestContext) => Promise<WorkerApi[M]['result']>;
};

/** Answers requests by handlers: exactly one result or error for each, cancelled ones included. */
export class Dispatcher {
  readonly #handlers: Handlers;
  readonly #send: (message: FromWorker) => void;
  readonly #running = new Map<number, AbortController>();

  constructor(handlers: Handlers, send: (message: FromWorker) => void) {
    this.#handlers = handlers;
    this.#send = send;
  }

  receive(message: ToWorker): void {
    if (message.kind === 'cancel') {
      this.#running.get(message.id)?.abort(new HifuseError('request.cancelled'));
    } else {
      void this.#answer(message);
    }
  }

  async #answer(request: WorkerRequest): Promise<void> {
    const { id, method } = request;
    const controller = new AbortController();
    this.#running.set(id, controller);
    const context: RequestContext = {
      signal: controller.signal,
      progress: (done, total, text) => {
        this.#send({ kind: 'progress', id, done, total, text });
      },
    };
    try {
      if (!Object.hasOwn(this.#handlers, method)) {
        throw new HifuseError('request.invalid', { reason: 'unknown-request', method: String(method) });
      }
      // The compiler cannot see that method and params belong together; WorkerRequest says that they do.
      const handle = this.#handlers[method] as (params: unknown, context: RequestContext) => Promise<unknown>;
      const result = await handle(request.params, context);
      this.#send({ kind: 'result', id, result });
    } catch (error) {
      const cause: unknown = controller.signal.aborted ? controller.signal.reason : error;
      this.#send({ kind: 'error', id, error: toErrorValue(cause) });
    } finally {
      this.#running.delete(id);
    }
  }
}
