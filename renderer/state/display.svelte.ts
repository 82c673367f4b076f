import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Frame } from '../../main/ipc/contract.ts';
import type { FrameCache } from './frame-cache.ts';
import { frameKey } from './frame-key.ts';
import type { StackItem } from './selection.svelte.ts';

export interface Shown extends StackItem {
  frameData: Frame;
}

/** A frame that was asked for and is not here yet. */
interface Request {
  key: string;
  /** Grows with each request: what was asked for later is never replaced by what was asked for earlier. */
  order: number;
  abort: AbortController;
  done: Promise<void>;
}

/**
 * What is on the screen: the frame last asked for, once it is here; until then the one before stays. Who scrolls faster
 * than frames come sees those that do: of all that were asked for and are not here, the first is awaited, the last is
 * next, and what lies between is taken back.
 */
export class Display {
  readonly #frames: FrameCache;
  #shown = $state.raw<Shown | null>(null);
  #error = $state.raw<ErrorValue | null>(null);
  #loading = $state(false);
  /** The first and the last that are underway; at most two. */
  #requests: Request[] = [];
  #asked = 0;
  #answered = 0;

  constructor(frames: FrameCache) {
    this.#frames = frames;
  }

  get shown(): Shown | null {
    return this.#shown;
  }

  /** Why the frame asked for cannot be shown. */
  get error(): ErrorValue | null {
    return this.#error;
  }

  get loading(): boolean {
    return this.#loading;
  }

  /** Takes away what is shown and what is underway: an image of another subject must never pass for the next one. */
  clear(): void {
    this.#abort(this.#requests);
    this.#settle(++this.#asked, null, null);
  }

  /** Shows a frame; resolves once it is shown, has failed, or was overtaken by a later call. */
  async show(item: StackItem): Promise<void> {
    const key = frameKey(item.imageId, item.frame);
    const last = this.#requests.at(-1);
    if (last?.key === key) return last.done;
    const order = ++this.#asked;
    const kept = this.#frames.peek(item.imageId, item.frame);
    if (kept) {
      this.#abort(this.#requests);
      const same = this.#shown?.frameData === kept ? this.#shown : null;
      this.#settle(order, same ?? { ...item, frameData: kept }, null);
      return;
    }
    const abort = new AbortController();
    const request = { key, order, abort, done: this.#load(item, order, abort.signal) };
    this.#abort(this.#requests.slice(1));
    this.#requests = [...this.#requests.slice(0, 1), request];
    this.#loading = true;
    return request.done;
  }

  async #load(item: StackItem, order: number, signal: AbortSignal): Promise<void> {
    try {
      const frameData = await this.#frames.get(item.imageId, item.frame, signal);
      if (!signal.aborted) this.#settle(order, { ...item, frameData }, null);
    } catch (error) {
      // An earlier frame that failed is no longer of interest; the last one must not leave another in its place.
      if (signal.aborted) return;
      if (order === this.#asked) this.#settle(order, null, toErrorValue(error));
      else this.#requests = this.#requests.filter((request) => request.order !== order);
    }
  }

  #settle(order: number, shown: Shown | null, error: ErrorValue | null): void {
    this.#requests = this.#requests.filter((request) => request.order > order);
    this.#loading = this.#requests.length > 0;
    if (order < this.#answered) return;
    this.#answered = order;
    this.#shown = shown;
    this.#error = error;
  }

  #abort(requests: readonly Request[]): void {
    for (const { abort } of requests) abort.abort();
    this.#requests = this.#requests.filter((request) => !requests.includes(request));
  }
}
