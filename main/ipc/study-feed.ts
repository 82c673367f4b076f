import type { Clock } from '../services/clock.ts';
import type { Studies } from '../services/studies.ts';
import type { ImageEntry, Opened, SeriesEntry, StudiesUpdate, StudyEntry } from './contract.ts';

/** Bytes of the entries of one update, as JSON; what surrounds them stays well below the rest of 64 kB. */
const PAGE_BYTES = 48 * 1024;
/** Least milliseconds between two changes that are told, and between two looks at a page that does not keep up. */
const INTERVAL_MS = 200;

export interface FeedTarget {
  update(update: StudiesUpdate): void;
  opening(opening: Opened): void;
  /** Whether much of what was sent was not taken yet. */
  isBehind(): boolean;
}

interface News {
  image: ImageEntry | null;
  series?: SeriesEntry;
  study?: StudyEntry;
}

/** Longest text of an entry that would not fit into a message as it is: an element of a DICOM file may hold megabytes. */
const SHORT_TEXT = 200;

/** By these the page tells images, series and studies apart. */
const IDENTITIES = new Set(['id', 'seriesId', 'studyId']);

/** The same with every text cut but those. */
function withShortTexts(news: News): News {
  const cut = JSON.stringify(news, (key, value: unknown) =>
    typeof value === 'string' && value.length > SHORT_TEXT && !IDENTITIES.has(key)
      ? `${value.slice(0, SHORT_TEXT)}…`
      : value,
  );
  return JSON.parse(cut) as News;
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * Tells one page of the list of open images: first all of it, then what changes. It keeps what the page has yet to be
 * told as a set of ids and sends their state of the moment, a page of them per turn of the event loop: so an update
 * costs what changed, a page that is slow misses steps but never the end, and no message is large.
 */
export class StudyFeed {
  readonly #studies: Studies;
  readonly #target: FeedTarget;
  readonly #clock: Clock;
  readonly #unwatch: () => void;
  /** Ids of images whose state the page does not know. */
  #untold = new Set<string>();
  /** Ids of series and of studies that the page knows. */
  #known = new Set<string>();
  /** Openings to be told once the page knows their image. */
  #openings: Opened[] = [];
  #revision = 0;
  #reset = true;
  #sentAt = -Infinity;
  /** Takes back what is planned; null where nothing is. */
  #cancel: (() => void) | null = null;

  constructor(studies: Studies, target: FeedTarget, clock: Clock) {
    this.#studies = studies;
    this.#target = target;
    this.#clock = clock;
    this.#unwatch = studies.watch({
      touched: (imageId) => this.#untold.add(imageId),
      changed: (urgent) => {
        this.#plan(urgent);
      },
    });
    this.restart();
  }

  /** Tells everything anew. */
  restart(): void {
    this.#reset = true;
    this.#untold = new Set(this.#studies.imageIds);
    this.#known = new Set();
    this.#sendFrom(0);
  }

  /** Tells of an image to show, after the update that lists it. */
  show(opening: Opened): void {
    this.#openings.push(opening);
    this.#sendFrom(0);
  }

  close(): void {
    this.#unwatch();
    this.#cancel?.();
  }

  /** Sends soon: urgent changes as soon as the interval allows, the others after one. */
  #plan(urgent: boolean): void {
    const since = this.#clock.now() - this.#sentAt;
    if (!this.#cancel || (urgent && since >= INTERVAL_MS)) this.#sendFrom(urgent ? INTERVAL_MS - since : INTERVAL_MS);
  }

  /** In so many milliseconds, instead of what was planned. */
  #sendFrom(milliseconds: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(Math.max(0, milliseconds), () => {
      this.#cancel = null;
      this.#send();
    });
  }

  #send(): void {
    if (this.#target.isBehind()) {
      this.#sendFrom(INTERVAL_MS);
      return;
    }
    this.#sentAt = this.#clock.now();
    this.#target.update(this.#page());
    this.#openings = this.#openings.filter((opening) => {
      if (this.#untold.has(opening.firstImageId)) return true;
      if (this.#studies.find(opening.firstImageId)) this.#target.opening(opening);
      return false;
    });
    if (this.#untold.size > 0) this.#sendFrom(0);
  }

  #page(): StudiesUpdate {
    const studies: StudyEntry[] = [];
    const series: SeriesEntry[] = [];
    const images: ImageEntry[] = [];
    const closed: string[] = [];
    let bytes = 0;
    for (const id of this.#untold) {
      const news = this.#newsOf(id);
      const size = jsonBytes(news);
      // The first always goes: it fits, however long the texts of a header are.
      if (bytes > 0 && bytes + size > PAGE_BYTES) break;
      bytes += size;
      this.#untold.delete(id);
      const { image, series: seriesEntry, study } = size > PAGE_BYTES ? withShortTexts(news) : news;
      if (image) images.push(image);
      else closed.push(id);
      if (seriesEntry) series.push(seriesEntry);
      if (study) studies.push(study);
      for (const entry of [seriesEntry, study]) if (entry) this.#known.add(entry.id);
    }
    const { pending, skipped } = this.#studies;
    const reset = this.#reset;
    this.#reset = false;
    const complete = this.#untold.size === 0;
    return { revision: ++this.#revision, reset, complete, studies, series, images, closed, pending, skipped };
  }

  /** An image, null where it was closed, with its series and study where the page does not know them. */
  #newsOf(id: string): News {
    const image = this.#studies.image(id) ?? null;
    if (image === null || image.seriesId === null || this.#known.has(image.seriesId)) return { image };
    const { series, study } = this.#studies.series(image.seriesId);
    return this.#known.has(study.id) ? { image, series } : { image, series, study };
  }
}
