/** What crosses between the client and the server, in either transport. Imports types only. */
import type { ErrorValue } from '../../models/errors.ts';

/** Browser to server, over the WebSocket. */
export interface Invocation {
  id: number;
  method: string;
  params: unknown;
}

export type Answer = { ok: true; result: unknown } | { ok: false; error: ErrorValue };

/** Server to browser, over the WebSocket. */
export type Delivery =
  { kind: 'answer'; id: number; answer: Answer } | { kind: 'event'; topic: string; event: unknown };

/** What the preload exposes as `window.hifuse`, under Electron. */
export interface Bridge {
  invoke(method: string, params: unknown): Promise<Answer>;
  /** Calls back for every event of every topic. */
  subscribe(listener: (topic: string, event: unknown) => void): void;
  pathForFile(file: unknown): string;
}
