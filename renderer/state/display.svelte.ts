import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Frame } from '../../main/ipc/contract.ts';
import type { FrameCache } from './frame-cache.ts';
import type { StackItem } from './selection.svelte.ts';

export interface Shown extends StackItem {
  frameData: Frame;
}

/** What is on the screen: the frame last asked for, once it is here. Until then the one before stays. */
export class Display {
  readonly #frames: FrameCache;
  #shown = $state.raw<Shown | null>(null);
  #error = $state.raw<ErrorValue | null>(null);
  #wanted: StackItem | null = null;
  #subject = '';
  #loading = $state(false);

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

  /**
   * Shows a frame; a later call wins over an earlier one that is still underway.
   * @param subject what the frame belongs to, its series: while it stays the same, the slice before stays on the screen
   *   until the next is here; an image of another subject must never pass for this one
   */
  async show(item: StackItem | null, subject = ''): Promise<void> {
    if (subject !== this.#subject) this.#set(null, null);
    this.#subject = subject;
    this.#wanted = item;
    if (!item) {
      this.#set(null, null);
      return;
    }
    const kept = this.#frames.peek(item.imageId, item.frame);
    if (kept) {
      this.#set({ ...item, frameData: kept }, null);
      return;
    }
    this.#loading = true;
    try {
      const frameData = await this.#frames.get(item.imageId, item.frame);
      if (this.#wanted === item) this.#set({ ...item, frameData }, null);
    } catch (error) {
      if (this.#wanted === item) this.#set(null, toErrorValue(error));
    }
  }

  #set(shown: Shown | null, error: ErrorValue | null): void {
    this.#shown = shown;
    this.#error = error;
    this.#loading = false;
  }
}
