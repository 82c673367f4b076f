import { availableParallelism } from 'node:os';
import type { WorkerMethod, WorkerRequest } from '../../worker/protocol.ts';

export interface Progress {
  done: number;
  total: number;
  text: string;
}

/** A request that has no answer yet. */
export interface Pending {
  request: WorkerRequest;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  onProgress: ((progress: Progress) => void) | undefined;
}

interface Entry extends Pending {
  /** How often it was sent. */
  attempts: number;
  /** The process is working on it. */
  sent: boolean;
}

/** How many requests of a method the process gets at once. */
export type Lanes = Partial<Record<WorkerMethod, number>>;

/**
 * What the reader looks at: the process gets as many as it decodes at the same time, so that the newest is never far
 * behind those that the reader has scrolled past.
 */
const LANES: Lanes = { 'image.frame': Math.max(2, availableParallelism() - 1), 'image.thumbnail': 2 };

/**
 * The requests to the inference process that wait or are under way. Where a method has a lane, the newest goes first. Those that were under way when the process ended are
 * suspects: each is sent once more, alone, so that the one that kills the process fails alone.
 */
export class RequestQueue {
  /** By number, in the order of asking. */
  readonly #entries = new Map<number, Entry>();
  readonly #lanes: Lanes;

  constructor(lanes: Lanes = LANES) {
    this.#lanes = lanes;
  }

  add(pending: Pending): void {
    this.#entries.set(pending.request.id, { ...pending, attempts: 0, sent: false });
  }

  get(id: number): Pending | undefined {
    return this.#entries.get(id);
  }

  /** Takes a request out, which is answered or was cancelled; `sent`: the process is working on it. */
  take(id: number): (Pending & { sent: boolean }) | undefined {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    return entry;
  }

  /** Whether the process owes an answer. */
  get underWay(): boolean {
    return [...this.#entries.values()].some(({ sent }) => sent);
  }

  /** What is to be sent now: suspects one by one, first of all; then all that has room in its lane. Counts as sent. */
  next(): WorkerRequest[] {
    const all = [...this.#entries.values()];
    if (all.some(({ sent, attempts }) => sent && attempts > 1)) return [];
    const waiting = all.filter(({ sent }) => !sent);
    const suspect = waiting.find(({ attempts }) => attempts > 0);
    const chosen = suspect ? [suspect] : this.#inLanes(all, waiting);
    for (const entry of chosen) {
      entry.sent = true;
      entry.attempts += 1;
    }
    return chosen.map(({ request }) => request);
  }

  /** Of those that wait: the newest ones of every lane that have room in it, and all that have no lane. */
  #inLanes(all: readonly Entry[], waiting: readonly Entry[]): Entry[] {
    const room = new Map(Object.entries(this.#lanes));
    for (const { sent, request } of all) {
      const left = room.get(request.method);
      if (sent && left !== undefined) room.set(request.method, left - 1);
    }
    const fits = ({ request }: Entry): boolean => {
      const left = room.get(request.method);
      if (left === undefined) return true;
      room.set(request.method, left - 1);
      return left > 0;
    };
    return waiting.toReversed().filter(fits).reverse();
  }

  /** The process ended: takes out what it ended over twice; the rest waits again. */
  ended(): Pending[] {
    const victims = [...this.#entries.values()].filter(({ sent, attempts }) => sent && attempts > 1);
    for (const { request } of victims) this.#entries.delete(request.id);
    for (const entry of this.#entries.values()) entry.sent = false;
    return victims;
  }

  rejectAll(error: Error): void {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    for (const { reject } of all) reject(error);
  }
}
