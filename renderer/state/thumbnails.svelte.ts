import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../../main/ipc/contract.ts';
import { ByteLru } from './byte-lru.ts';
import { NewestFirst } from './newest-first.ts';

/** Longest side in pixels: twice what is shown, for sharp screens. */
export const THUMBNAIL_SIZE = 128;
const THUMBNAIL_BYTES = 48 * 1024 * 1024;
const AT_ONCE = 3;

/** Object URLs of thumbnails, made when a row comes into sight. */
export class Thumbnails {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #urls = new SvelteMap<string, string>();
  readonly #kept: ByteLru<string>;
  readonly #jobs = new NewestFirst(AT_ONCE);

  constructor(client: Pick<Client, 'invoke'>, limit = THUMBNAIL_BYTES) {
    this.#client = client;
    this.#kept = new ByteLru<string>(limit, (imageId) => {
      const url = this.#urls.get(imageId);
      if (url) URL.revokeObjectURL(url);
      this.#urls.delete(imageId);
    });
  }

  url(imageId: string): string | undefined {
    return this.#urls.get(imageId);
  }

  /** Asks for a thumbnail; `cancel` takes the wish back if its row went out of sight before its turn. */
  want(imageId: string): void {
    if (this.#kept.get(imageId) === undefined) this.#jobs.want(imageId, () => this.#load(imageId));
  }

  cancel(imageId: string): void {
    this.#jobs.cancel(imageId);
  }

  forget(imageId: string): void {
    this.cancel(imageId);
    this.#kept.delete(imageId);
  }

  /** A failure leaves the place empty: the row shows the file's error, which comes with the list. */
  async #load(imageId: string): Promise<void> {
    const { png } = await this.#client.invoke('images.thumbnail', { imageId, frame: 0, size: THUMBNAIL_SIZE });
    this.#urls.set(imageId, URL.createObjectURL(new Blob([png], { type: 'image/png' })));
    this.#kept.set(imageId, imageId, png.byteLength);
  }
}
