import type { Client, Frame } from '../../main/ipc/contract.ts';
import { ByteLru } from '../../models/byte-lru.ts';
import { frameBytes } from '../../models/imaging/frame.ts';
import { frameKey, isFrameOf } from './frame-key.ts';

/** Decoded frames to keep: about sixty CT slices per 32 MB, so that scrolling back is free. */
export const FRAME_CACHE_BYTES = 512 * 1024 * 1024;

/** Decoded frames, asked of main once and kept within a bound. */
export class FrameCache {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #frames: ByteLru<Frame>;
  readonly #pending = new Map<string, Promise<Frame>>();

  constructor(client: Pick<Client, 'invoke'>, limit = FRAME_CACHE_BYTES) {
    this.#client = client;
    this.#frames = new ByteLru(limit);
  }

  /** The frame if it is here already. */
  peek(imageId: string, frame: number): Frame | undefined {
    return this.#frames.get(frameKey(imageId, frame));
  }

  /** The frame; requests for one that is on its way share it. Rejects with what main answered. */
  get(imageId: string, frame: number): Promise<Frame> {
    const key = frameKey(imageId, frame);
    const kept = this.#frames.get(key);
    if (kept) return Promise.resolve(kept);
    const underway = this.#pending.get(key);
    if (underway) return underway;
    const request = this.#client
      .invoke('images.frame', { imageId, frame })
      .then((result) => {
        // A file that was closed meanwhile is not kept.
        if (this.#pending.get(key) === request) this.#frames.set(key, result, frameBytes(result));
        return result;
      })
      .finally(() => {
        if (this.#pending.get(key) === request) this.#pending.delete(key);
      });
    this.#pending.set(key, request);
    return request;
  }

  /** Gets a frame ready; failures show when it is really asked for. */
  prefetch(imageId: string, frame: number): void {
    this.get(imageId, frame).catch(() => undefined);
  }

  forget(imageId: string): void {
    const isOf = isFrameOf(imageId);
    this.#frames.deleteWhere(isOf);
    for (const key of [...this.#pending.keys()]) if (isOf(key)) this.#pending.delete(key);
  }
}
