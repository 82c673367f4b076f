/**
 * The renderer's side: one `Client` over either transport. Bundled into the renderer, and compiled with main: it names
 * neither the DOM nor Node, and takes from the page only what `PageGlobals` lists.
 */
import { fromErrorValue, HifuseError, type ErrorValue } from '../../models/errors.ts';
import type { Api, Client, Events, InvokeOptions, Method, Topic, WorkerStatus } from './contract.ts';
import type { Answer, Bridge, Cancellation, Delivery, Invocation } from './messages.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

/** The part of a WebSocket that is used. */
export interface Socket {
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

/** The part of the page that is used; a test passes its own. */
export interface PageGlobals {
  /** Present under Electron: put there by the preload. */
  hifuse?: Bridge;
  location: { href: string };
  WebSocket: new (address: string) => Socket;
  setTimeout(callback: () => void, milliseconds: number): unknown;
}

/** Milliseconds before each new try to connect; then the application counts as closed. */
const RECONNECT_MS = [0, 250, 500, 1000, 2000, 4000, 8000];

type AnyListener = (event: never) => void;

/** Listeners by topic. */
class Listeners {
  readonly #byTopic = new Map<string, Set<AnyListener>>();

  add(topic: string, listener: AnyListener): () => void {
    const listeners = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  tell(topic: string, event: unknown): void {
    for (const listener of [...(this.#byTopic.get(topic) ?? [])]) listener(event as never);
  }
}

interface Transport {
  /** Asks, under a number that is given once. */
  invoke(id: number, method: string, params: unknown): Promise<Answer>;
  /** Takes a request back; its answer may still come. */
  cancel(id: number): void;
  pathForFile(file: unknown): string | null;
}

function overBridge(bridge: Bridge, listeners: Listeners): Transport {
  bridge.subscribe((topic, event) => {
    listeners.tell(topic, event);
  });
  return {
    invoke: (id, method, params) => bridge.invoke(id, method, params),
    cancel: (id) => {
      bridge.cancel(id);
    },
    // Empty for a file that was not taken from a disk.
    pathForFile: (file) => bridge.pathForFile(file) || null,
  };
}

const LOST = { ok: false, error: { code: 'connection.lost', details: { reason: 'broken' } } } as const satisfies Answer;
const GONE = { ok: false, error: { code: 'connection.lost', details: { reason: 'closed' } } } as const satisfies Answer;
const CONNECTING: ErrorValue = { code: 'connection.lost', details: { reason: 'connecting' } };

/** One WebSocket beside the page; it reconnects, and what is asked meanwhile waits. */
class SocketTransport implements Transport {
  readonly #page: PageGlobals;
  readonly #listeners: Listeners;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #waiting: Invocation[] = [];
  #socket: Socket | null = null;
  #failures = 0;

  constructor(page: PageGlobals, listeners: Listeners) {
    this.#page = page;
    this.#listeners = listeners;
    this.#connect();
  }

  invoke(id: number, method: string, params: unknown): Promise<Answer> {
    if (this.#failures === Infinity) return Promise.resolve(GONE);
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      const invocation: Invocation = { id, method, params };
      if (this.#socket) this.#socket.send(encodeMessage(invocation));
      else this.#waiting.push(invocation);
    });
  }

  cancel(id: number): void {
    this.#waiting = this.#waiting.filter((invocation) => invocation.id !== id);
    const cancellation: Cancellation = { cancel: id };
    if (this.#pending.delete(id)) this.#socket?.send(encodeMessage(cancellation));
  }

  pathForFile(): null {
    return null;
  }

  #connect(): void {
    const socket = new this.#page.WebSocket(socketAddress(this.#page.location.href));
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#failures = 0;
      this.#socket = socket;
      for (const invocation of this.#waiting.splice(0)) socket.send(encodeMessage(invocation));
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#deliver(decodeMessage(new Uint8Array(data)) as Delivery);
    };
    socket.onclose = () => {
      this.#closed();
    };
  }

  #deliver(delivery: Delivery): void {
    if (delivery.kind === 'event') {
      this.#listeners.tell(delivery.topic, delivery.event);
      return;
    }
    this.#pending.get(delivery.id)?.(delivery.answer);
    this.#pending.delete(delivery.id);
  }

  /** What was sent may or may not have been done: its fate is told as an error. What waits goes on waiting. */
  #closed(): void {
    this.#socket = null;
    const waiting = new Set(this.#waiting.map(({ id }) => id));
    for (const [id, settle] of [...this.#pending]) {
      if (waiting.has(id)) continue;
      this.#pending.delete(id);
      settle(LOST);
    }
    const wait = RECONNECT_MS[this.#failures++];
    if (wait === undefined) {
      this.#failures = Infinity;
      this.#waiting = [];
      for (const settle of this.#pending.values()) settle(GONE);
      this.#pending.clear();
      this.#tellStatus('failed', GONE.error);
      return;
    }
    if (this.#failures > 1) this.#tellStatus('restarting', CONNECTING);
    this.#page.setTimeout(() => {
      this.#connect();
    }, wait);
  }

  /** The status line shows the state of the connection like that of the inference process. */
  #tellStatus(state: WorkerStatus['state'], problem: ErrorValue): void {
    const status: WorkerStatus = { state, problem, restarts: 0, memoryBytes: 0 };
    this.#listeners.tell('worker.status', status);
  }
}

/** The page's address is http://127.0.0.1:port/token/; the socket's lies below it. */
function socketAddress(page: string): string {
  const match = /^http(s?):\/\/([^/?#]+)(\/[^?#]*)?/.exec(page);
  if (!match) throw new HifuseError('internal', { reason: 'not-served' });
  const [, secure, host, file = '/'] = match;
  return `ws${secure}://${host}${file.replace(/[^/]*$/, '')}socket`;
}

/** Connects to main: over the preload's bridge where there is one, else over a WebSocket. */
export function connect(page: PageGlobals = globalThis as unknown as PageGlobals): Client {
  const listeners = new Listeners();
  const transport = page.hifuse ? overBridge(page.hifuse, listeners) : new SocketTransport(page, listeners);
  let lastId = 0;
  const invoke = <M extends Method>(method: M, params: Api[M]['params'], { signal }: InvokeOptions = {}) =>
    new Promise<Api[M]['result']>((resolve, reject) => {
      const cancelled = (): void => {
        reject(new HifuseError('request.cancelled'));
      };
      if (signal?.aborted) {
        cancelled();
        return;
      }
      const id = ++lastId;
      const cancel = (): void => {
        cancelled();
        transport.cancel(id);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const settled = transport.invoke(id, method, params).finally(() => {
        signal?.removeEventListener('abort', cancel);
      });
      settled.then((answer) => {
        if (answer.ok) resolve(answer.result as Api[M]['result']);
        else reject(fromErrorValue(answer.error));
      }, reject);
    });
  return {
    invoke,
    subscribe: <T extends Topic>(topic: T, listener: (event: Events[T]) => void) =>
      listeners.add(topic, listener as AnyListener),
    pathForFile: (file) => transport.pathForFile(file),
  };
}
