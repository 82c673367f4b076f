import { frameBytes, type Frame } from '../../models/imaging/frame.ts';
import type { DicomElement } from '../../worker/protocol.ts';
import type { Api } from '../ipc/contract.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Requests } from './classify.ts';

const FRAME_CACHE_BYTES = 256 * 2 ** 20;
const THUMBNAIL_CACHE_BYTES = 64 * 2 ** 20;

/** Pixels and data elements of the open images, from the inference process; what was used last is kept. */
export class Images {
  readonly #requests: Requests;
  readonly #pathOf: (imageId: string) => string;
  readonly #frames = new AnswerCache<Frame>(FRAME_CACHE_BYTES, frameBytes);
  readonly #thumbnails = new AnswerCache<Api['images.thumbnail']['result']>(
    THUMBNAIL_CACHE_BYTES,
    ({ png }) => png.byteLength,
  );

  /** @param pathOf throws where no image of that id is open */
  constructor(requests: Requests, pathOf: (imageId: string) => string) {
    this.#requests = requests;
    this.#pathOf = pathOf;
  }

  async frame({ imageId, frame }: Api['images.frame']['params']): Promise<Frame> {
    const path = this.#pathOf(imageId);
    return this.#frames.get(`${imageId}:${frame}`, () => this.#requests.request('image.frame', { path, frame }));
  }

  async thumbnail({
    imageId,
    frame,
    size,
  }: Api['images.thumbnail']['params']): Promise<Api['images.thumbnail']['result']> {
    const path = this.#pathOf(imageId);
    return this.#thumbnails.get(`${imageId}:${frame}:${size}`, () =>
      this.#requests.request('image.thumbnail', { path, frame, size }),
    );
  }

  async elements({ imageId }: Api['images.elements']['params']): Promise<DicomElement[]> {
    return this.#requests.request('image.elements', { path: this.#pathOf(imageId) });
  }

  /** Lets go of the pixels of images that are no longer open. */
  forget(imageIds: readonly string[]): void {
    const gone = new Set(imageIds);
    const matches = (key: string): boolean => gone.has(key.slice(0, key.indexOf(':')));
    this.#frames.deleteWhere(matches);
    this.#thumbnails.deleteWhere(matches);
  }
}
