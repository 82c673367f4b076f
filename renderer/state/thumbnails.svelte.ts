import { SvelteMap } from 'svelte/reactivity';
import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Client } from '../../main/ipc/contract.ts';
import { ByteLru } from '../../models/byte-lru.ts';
import { NewestFirst } from './newest-first.ts';

/** Longest side in pixels: twice what is shown, for sharp screens. */
export const THUMBNAIL_SIZE = 128;
const THUMBNAIL_BYTES = 48 * 1024 * 1024;
const AT_ONCE = 3;

/** Object URLs of thumbnails, made when a row comes into sight. */
export class Thumbnails {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #urls = new SvelteMap<string, string>();
  readonly #errors = new SvelteMap<string, ErrorValue>();
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

  /** Why an image whose header could be read has no thumbnail: its pixels could not. */
  error(imageId: string): ErrorValue | undefined {
    return this.#errors.get(imageId);
  }

  /** Asks for a thumbnail; `cancel` takes the wish back if its row went out of sight before its turn. */
  want(imageId: string): void {
    if (this.#kept.get(imageId) === undefined && !this.#errors.has(imageId))
      this.#jobs.want(imageId, () => this.#load(imageId));
  }

  cancel(imageId: string): void {
    this.#jobs.cancel(imageId);
  }

  forget(imageId: string): void {
    this.cancel(imageId);
    this.#kept.delete(imageId);
    this.#errors.delete(imageId);
  }

  async #load(imageId: string): Promise<void> {
    try {
      const { png } = await this.#client.invoke('images.thumbnail', { imageId, frame: 0, size: THUMBNAIL_SIZE });
      this.#urls.set(imageId, URL.createObjectURL(new Blob([png], { type: 'image/png' })));
      this.#kept.set(imageId, imageId, png.byteLength);
    } catch (error) {
      const value = toErrorValue(error);
      // A process that ended says nothing about the file.
      if (/^(image|dicom|file)\./.test(value.code)) this.#errors.set(imageId, value);
    }
  }
}
