/** What crosses between the client and the server, in either transport. Imports types only. */
import type { ErrorValue } from '../../models/errors.ts';

/** Browser to server, over the WebSocket: a request with a number of the page's own. */
export interface Invocation {
  id: number;
  method: string;
  params: unknown;
}

/** Browser to server: the request of that number is no longer wanted. Its answer still comes, and says so. */
export interface Cancellation {
  cancel: number;
}

export type Answer = { ok: true; result: unknown } | { ok: false; error: ErrorValue };

/** Server to browser, over the WebSocket. */
export type Delivery =
  { kind: 'answer'; id: number; answer: Answer } | { kind: 'event'; topic: string; event: unknown };

/** What the preload exposes as `window.hifuse`, under Electron. */
export interface Bridge {
  /** Asks, under a number of the page's own. */
  invoke(id: number, method: string, params: unknown): Promise<Answer>;
  cancel(id: number): void;
  /** Connects the page, once: calls back for every event of every topic. */
  subscribe(listener: (topic: string, event: unknown) => void): void;
  pathForFile(file: unknown): string;
}
