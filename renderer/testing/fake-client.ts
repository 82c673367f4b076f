import type { Api, Client, Events, InvokeOptions, Method, Topic } from '../../main/ipc/contract.ts';

type Handlers = { [M in Method]?: (params: Api[M]['params']) => Api[M]['result'] | Promise<Api[M]['result']> };

/** A test double of main: answers what the test gives it, remembers what it was asked, and emits events on demand. */
export class FakeClient implements Client {
  readonly handlers: Handlers;
  readonly calls: { method: Method; params: unknown; signal: AbortSignal | undefined }[] = [];
  readonly #listeners = new Map<Topic, ((event: never) => void)[]>();

  constructor(handlers: Handlers = {}) {
    this.handlers = handlers;
  }

  async invoke<M extends Method>(
    method: M,
    params: Api[M]['params'],
    { signal }: InvokeOptions = {},
  ): Promise<Api[M]['result']> {
    signal?.throwIfAborted();
    this.calls.push({ method, params, signal });
    const handler = this.handlers[method] as ((params: Api[M]['params']) => Api[M]['result']) | undefined;
    if (!handler) throw new Error(`The test did not expect ${method}.`);
    return handler(params);
  }

  subscribe<T extends Topic>(topic: T, listener: (event: Events[T]) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? [];
    this.#listeners.set(topic, [...listeners, listener]);
    return () => {
      this.#listeners.set(
        topic,
        (this.#listeners.get(topic) ?? []).filter((one) => one !== listener),
      );
    };
  }

  pathForFile(): string | null {
    return null;
  }

  emit<T extends Topic>(topic: T, event: Events[T]): void {
    for (const listener of this.#listeners.get(topic) ?? []) (listener as (event: Events[T]) => void)(event);
  }

  count(method: Method): number {
    return this.calls.filter((call) => call.method === method).length;
  }
}
