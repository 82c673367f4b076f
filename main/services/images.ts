import type { Frame } from '../../models/imaging/frame.ts';
import type { DicomElement } from '../../worker/protocol.ts';
import type { Api } from '../ipc/contract.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Requests } from './classify.ts';
import { fileVersion } from './file-version.ts';

const THUMBNAIL_CACHE_BYTES = 64 * 2 ** 20;

type Thumbnail = Api['images.thumbnail']['result'];

/** Pixels and data elements of the open images, from the inference process. Frames are kept by the window alone. */
export class Images {
  readonly #requests: Requests;
  readonly #pathOf: (imageId: string) => string;
  readonly #thumbnails = new AnswerCache<Thumbnail>(THUMBNAIL_CACHE_BYTES, ({ png }) => png.byteLength);

  /** @param pathOf throws where no image of that id is open */
  constructor(requests: Requests, pathOf: (imageId: string) => string) {
    this.#requests = requests;
    this.#pathOf = pathOf;
  }

  async frame({ imageId, frame }: Api['images.frame']['params'], signal?: AbortSignal): Promise<Frame> {
    const path = this.#pathOf(imageId);
    return this.#requests.request('image.frame', { path, frame }, signal ? { signal } : {});
  }

  /** Kept as long as the file stays the same. */
  async thumbnail(
    { imageId, frame, size }: Api['images.thumbnail']['params'],
    signal?: AbortSignal,
  ): Promise<Thumbnail> {
    const path = this.#pathOf(imageId);
    return this.#thumbnails.get(
      [imageId, frame, size, await fileVersion(path)],
      (unwanted) => this.#requests.request('image.thumbnail', { path, frame, size }, { signal: unwanted }),
      signal,
    );
  }

  async elements({ imageId }: Api['images.elements']['params']): Promise<DicomElement[]> {
    return this.#requests.request('image.elements', { path: this.#pathOf(imageId) });
  }

  /** Lets go of the pictures of images that are no longer open. */
  forget(imageIds: readonly string[]): void {
    this.#thumbnails.forget(imageIds);
  }
}
