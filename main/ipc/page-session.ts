import type { Opening } from '../services/opening.ts';
import type { Studies } from '../services/studies.ts';
import type { Uploads } from '../services/uploads.ts';
import type { StudyFeed } from './study-feed.ts';

/** The page that asks, as the handlers of its requests see it. */
export interface Caller {
  /** Aborted when the page takes the request back, and when it is gone. */
  signal: AbortSignal;
  page: PageSession;
}

/** What belongs to one page, and goes with it: requests under way, what it opens, what it sends. */
export class PageSession {
  readonly #studies: Studies;
  readonly #uploads: Uploads;
  readonly #feed: StudyFeed;
  readonly #underWay = new Map<number, AbortController>();
  /** The drop that is being sent, and what is opened of it. */
  #drop: { id: string; opening: Opening } | null = null;
  /** Images that are not whole yet. */
  readonly #images = new Set<string>();
  #checkpoint: string | null = null;

  constructor(studies: Studies, uploads: Uploads, feed: StudyFeed) {
    this.#studies = studies;
    this.#uploads = uploads;
    this.#feed = feed;
  }

  /** A request, by the number that the page gave it. */
  begin(id: number): Caller {
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    return { signal: controller.signal, page: this };
  }

  end(id: number): void {
    this.#underWay.delete(id);
  }

  cancel(id: number): void {
    this.#underWay.get(id)?.abort();
  }

  /** Tells the page everything that is open again. */
  resend(): void {
    this.#feed.restart();
  }

  /** An act of opening whose first image this page alone is told. */
  opening(): Opening {
    return this.#studies.opening((opened) => {
      this.#feed.show(opened);
    });
  }

  /** The same for the files of one drop, which come one after the other. */
  openingOfDrop(id: string): Opening {
    if (this.#drop?.id !== id) this.#drop = { id, opening: this.opening() };
    return this.#drop.opening;
  }

  /** The page sends an image; when it is whole, the list of images has it. */
  sendsImage(uploadId: string, whole: boolean): void {
    if (whole) this.#images.delete(uploadId);
    else this.#images.add(uploadId);
  }

  /** The page sends a checkpoint, in place of the one before. */
  sendsCheckpoint(uploadId: string): void {
    const before = this.#checkpoint;
    this.#checkpoint = uploadId;
    if (before !== null && before !== uploadId) void this.#uploads.discard(before);
  }

  close(): void {
    for (const controller of this.#underWay.values()) controller.abort();
    for (const uploadId of this.#images) void this.#uploads.discard(uploadId);
    if (this.#checkpoint !== null) void this.#uploads.discard(this.#checkpoint);
  }
}
