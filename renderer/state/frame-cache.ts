import type { Client, Frame } from '../../main/ipc/contract.ts';
import { ByteLru } from '../../models/byte-lru.ts';
import { HifuseError } from '../../models/errors.ts';
import { frameBytes } from '../../models/imaging/frame.ts';
import { grayscaleOf } from '../../models/imaging/grayscale-of.ts';
import { frameKey, isFrameOf } from './frame-key.ts';

/** Decoded frames to keep: about sixty CT slices per 32 MB, so that scrolling back is free. */
export const FRAME_CACHE_BYTES = 512 * 1024 * 1024;

/** A frame on its way, and how many wait for it. */
interface Coming {
  frame: Promise<Frame>;
  abort: AbortController;
  waiting: number;
}

/** Decoded frames, asked of main once and kept within a bound. */
export class FrameCache {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #frames: ByteLru<Frame>;
  readonly #coming = new Map<string, Coming>();

  constructor(client: Pick<Client, 'invoke'>, limit = FRAME_CACHE_BYTES) {
    this.#client = client;
    this.#frames = new ByteLru(limit);
  }

  /** The frame if it is here already. */
  peek(imageId: string, frame: number): Frame | undefined {
    return this.#frames.get(frameKey(imageId, frame));
  }

  /**
   * The frame; requests for one that is on its way share it. Rejects with what main answered, or with
   * `request.cancelled` when `signal` aborts; main is told to stop once nobody waits any more.
   */
  async get(imageId: string, frame: number, signal?: AbortSignal): Promise<Frame> {
    const key = frameKey(imageId, frame);
    const kept = this.#frames.get(key);
    if (kept) return kept;
    const coming = this.#coming.get(key) ?? this.#request(imageId, frame, key);
    coming.waiting++;
    if (!signal) return coming.frame;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(new HifuseError('request.cancelled'));
        if (--coming.waiting > 0) return;
        coming.abort.abort();
        if (this.#coming.get(key) === coming) this.#coming.delete(key);
      };
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
      const stop = (): void => {
        signal.removeEventListener('abort', leave);
      };
      coming.frame.then(resolve, reject).finally(stop);
    });
  }

  /** Gets a frame ready; failures show when it is really asked for. */
  prefetch(imageId: string, frame: number, signal: AbortSignal): void {
    this.get(imageId, frame, signal).catch(() => undefined);
  }

  forget(imageId: string): void {
    const isOf = isFrameOf(imageId);
    this.#frames.deleteWhere(isOf);
    for (const key of [...this.#coming.keys()]) if (isOf(key)) this.#coming.delete(key);
  }

  #request(imageId: string, frame: number, key: string): Coming {
    const abort = new AbortController();
    const coming: Coming = { frame: this.#load(imageId, frame, abort.signal), abort, waiting: 0 };
    this.#coming.set(key, coming);
    const isWanted = (): boolean => this.#coming.get(key) === coming;
    coming.frame.then(
      (result) => {
        // A file that was closed meanwhile is not kept.
        if (isWanted()) this.#frames.set(key, result, frameBytes(result));
        if (isWanted()) this.#coming.delete(key);
      },
      () => {
        if (isWanted()) this.#coming.delete(key);
      },
    );
    return coming;
  }

  /** Grey that is stored as RGB comes as grayscale, so that it can be windowed. */
  async #load(imageId: string, frame: number, signal: AbortSignal): Promise<Frame> {
    const loaded = await this.#client.invoke('images.frame', { imageId, frame }, { signal });
    return grayscaleOf(loaded) ?? loaded;
  }
}
