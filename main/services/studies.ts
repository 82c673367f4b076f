import path from 'node:path';
import { HifuseError, toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { ImageHeader } from '../../worker/protocol.ts';
import type { ImageEntry, Opened, SeriesEntry, SkippedFile, StudyEntry } from '../ipc/contract.ts';
import { NO_IMAGE, type Requests } from './classify.ts';
import { systemClock, type Clock } from './clock.ts';
import { Emitter } from './emitter.ts';
import { Opening } from './opening.ts';
import { SeriesIndex } from './series.ts';
import { walk } from './walk.ts';

/** Files per request: few at first, so that the first image shows soon. */
const FIRST_CHUNK = 4;
const CHUNK = 64;
/** Skipped files that can be listed: a list for people. */
const MOST_SKIPPED_LISTED = 1000;
/** So that the process reads on while results travel. */
const REQUESTS_IN_FLIGHT = 2;
/** Milliseconds for which a close can be taken back. */
export const UNDO_MS = 30_000;

interface Entry {
  id: string;
  /** Position in the order of opening. */
  sequence: number;
  path: string;
  name: string;
  folder: string;
  /** Somebody chose this very file: it is listed even where it is no image. */
  named: boolean;
  seriesId: string | null;
  header: ImageHeader | null;
  error: ErrorValue | null;
  state: 'unread' | 'reading' | 'read';
}

type NewFile = Pick<Entry, 'path' | 'name' | 'folder' | 'named'>;

/** A file that is opened under another name than its path says: one that a browser sent. */
export interface NamedFile {
  path: string;
  /** Path from the dropped folder down, with '/' between parts; the file's own name where it was dropped itself. */
  name: string;
}

export interface StudiesDependencies {
  requests: Requests;
  clock?: Clock;
}

/**
 * Told of every change of the list: `touched` of each image that is new, was read, or is gone; `changed` when that is
 * worth telling, `urgent` where somebody waits for it.
 */
export interface StudiesListener {
  touched(imageId: string): void;
  changed(urgent: boolean): void;
}

/**
 * The open images: files and folders that the person chose, read header by header in the background, each in a series
 * and a study. Nothing is kept of them beyond the session. Every change costs what it changes, however many are open.
 */
export class Studies {
  readonly #requests: Requests;
  readonly #clock: Clock;
  readonly #listeners = new Set<StudiesListener>();
  readonly #opened = new Emitter<Opened>();
  readonly #closed = new Emitter<string[]>();
  readonly #forgotten = new Emitter<string[]>();
  readonly #index = new SeriesIndex();
  readonly #entries = new Map<string, Entry>();
  readonly #byPath = new Map<string, Entry>();
  /** What was closed and can come back, the last one last. */
  readonly #bin: Entry[][] = [];
  /** Openings whose first image is not known yet. */
  readonly #openings = new Set<Opening>();
  /** Files to be read, from `#next` on. */
  #queue: Entry[] = [];
  #next = 0;
  #reading = 0;
  #pending = 0;
  #skipped = 0;
  #skippedFiles: SkippedFile[] = [];
  #imageCount = 0;
  #openingCount = 0;
  #hasRead = false;

  constructor({ requests, clock = systemClock }: StudiesDependencies) {
    this.#requests = requests;
    this.#clock = clock;
  }

  /** Files still to be read. */
  get pending(): number {
    return this.#pending;
  }

  /** Files that were met in a folder and are no images. */
  get skipped(): number {
    return this.#skipped;
  }

  /** The first of the files that were skipped, each with what it is instead of an image. */
  get skippedFiles(): readonly SkippedFile[] {
    return this.#skippedFiles;
  }

  /** Ids of the open images in the order of opening. */
  get imageIds(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** What is listed of an image; null where no such image is open. Holds no path. */
  image(imageId: string): ImageEntry | null {
    const entry = this.#entries.get(imageId);
    if (!entry) return null;
    const { id, sequence: order, name, seriesId, header, error } = entry;
    if (!header) return { id, order, name, seriesId, header, error };
    const { path: _path, ...shown } = header;
    return { id, order, name, seriesId, header: shown, error };
  }

  /** A series that an image names, with its study. */
  series(seriesId: string): { series: SeriesEntry; study: StudyEntry } {
    return this.#index.get(seriesId);
  }

  /** Returns what ends the subscription. */
  watch(listener: StudiesListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Told of the image to show for what nobody in particular opened. */
  onOpening(listener: (opened: Opened) => void): () => void {
    return this.#opened.on(listener);
  }

  /** Told of the ids of images that were closed. */
  onClose(listener: (imageIds: string[]) => void): () => void {
    return this.#closed.on(listener);
  }

  /** Told of the paths of images that were closed and can no longer come back. */
  onForget(listener: (paths: string[]) => void): () => void {
    return this.#forgotten.on(listener);
  }

  /**
   * An act of opening, for {@link open}.
   * @param tell of the image to show; where left out, all who listen are told
   */
  opening(tell: (opened: Opened) => void = (opened) => this.#opened.emit(opened)): Opening {
    const id = `opening-${++this.#openingCount}`;
    return new Opening((firstImageId) => {
      tell({ id, firstImageId });
    });
  }

  /**
   * Opens files, and folders with all that is below them; resolves when all files are listed. Their headers follow.
   * What is open already stays as it is.
   * @param options listFailures: paths that cannot be opened are listed with the reason, for who opens without a window
   * @returns what is wrong with paths that were given: `file.not-found`, `file.unreadable`; all others were opened
   */
  async open(
    paths: readonly string[],
    { opening = this.opening(), listFailures = false }: { opening?: Opening; listFailures?: boolean } = {},
  ): Promise<HifuseError[]> {
    const failures: HifuseError[] = [];
    opening.begin();
    this.#openings.add(opening);
    for (const start of paths) {
      const absolute = path.resolve(start);
      const top = path.basename(absolute);
      const onUnreadable = (error: HifuseError, file: string): void => {
        this.#addFailure({ path: file, name: path.basename(file), folder: top, named: true }, error, opening);
      };
      try {
        for await (const file of walk(absolute, { recursive: true, onUnreadable })) {
          const named = file.path === absolute;
          const folder = named ? '' : path.posix.join(top, path.posix.dirname(file.name));
          this.#add({ ...file, folder, named }, opening);
          if (this.#queue.length - this.#next >= FIRST_CHUNK) this.#read();
        }
      } catch (error) {
        if (!(error instanceof HifuseError)) throw error;
        failures.push(error);
        if (listFailures) this.#addFailure({ path: absolute, name: top, folder: '', named: true }, error, opening);
      }
    }
    this.#read();
    this.#listed(opening);
    return failures;
  }

  /** Opens one file of the application's own folder of uploads, listed under the name that it had before. */
  openUpload({ path: file, name }: NamedFile, opening = this.opening()): void {
    const [top, ...below] = name.split('/').filter((part) => part !== '');
    const named = below.length === 0;
    opening.begin();
    this.#openings.add(opening);
    const folder = named ? '' : [top, ...below.slice(0, -1)].join('/');
    this.#add({ path: file, name: named ? name : below.join('/'), folder, named }, opening);
    this.#read();
    this.#listed(opening);
  }

  close(imageIds: readonly string[] | 'all'): void {
    const ids = imageIds === 'all' ? [...this.#entries.keys()] : imageIds;
    const gone = ids.flatMap((id) => this.#entries.get(id) ?? []);
    if (gone.length === 0) return;
    for (const entry of gone) this.#remove(entry);
    if (this.#entries.size === 0) {
      this.#skipped = 0;
      this.#skippedFiles = [];
    }
    this.#bin.push(gone);
    this.#clock.after(UNDO_MS, () => {
      this.#forget(gone);
    });
    this.#closed.emit(gone.map(({ id }) => id));
    this.#changed(true);
  }

  /** Takes back the last close, for some seconds: the same images, with the same ids, at their places. */
  reopen(): void {
    const back = (this.#bin.pop() ?? []).filter((entry) => !this.#byPath.has(entry.path) && !isNoImage(entry));
    for (const entry of back) {
      this.#list(entry);
      if (entry.state === 'unread') this.#queue.push(entry);
    }
    this.#read();
    this.#changed(true);
  }

  /** What an id stands for; null where no such image is open. */
  find(imageId: string): { path: string; name: string } | null {
    return this.#entries.get(imageId) ?? null;
  }

  /** @throws HifuseError `request.invalid` where no image of that id is open */
  get(imageId: string): { path: string; name: string } {
    const entry = this.#entries.get(imageId);
    if (!entry) throw new HifuseError('request.invalid', { reason: 'image-closed' });
    return entry;
  }

  #add(file: NewFile, opening: Opening): Entry {
    const known = this.#byPath.get(file.path);
    if (known) {
      // What could not be read is tried again.
      if (known.error) this.#requeue(known);
      opening.add(known, known.state === 'read');
      return known;
    }
    const sequence = ++this.#imageCount;
    const entry: Entry = {
      id: `image-${sequence}`,
      sequence,
      ...{ path: file.path, name: file.name, folder: file.folder, named: file.named },
      ...{ seriesId: null, header: null, error: null, state: 'unread' },
    };
    this.#list(entry);
    this.#queue.push(entry);
    opening.add(entry, false);
    return entry;
  }

  #addFailure(file: NewFile, error: HifuseError, opening: Opening): void {
    this.#settle(this.#add(file, opening), null, toErrorValue(error));
  }

  #requeue(entry: Entry): void {
    Object.assign(entry, { state: 'unread', error: null });
    this.#pending += 1;
    this.#queue.push(entry);
    this.#touched(entry.id);
  }

  #list(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    this.#byPath.set(entry.path, entry);
    if (entry.state !== 'read') this.#pending += 1;
    this.#touched(entry.id);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#byPath.delete(entry.path);
    if (entry.state !== 'read') this.#pending -= 1;
    for (const opening of this.#openings) opening.drop(entry);
    this.#touched(entry.id);
  }

  /** An opening has listed its files for now. */
  #listed(opening: Opening): void {
    opening.end();
    this.#look();
    // The first headers bring their images along; until then there is nothing to see.
    this.#changed(this.#reading === 0);
  }

  /** Lets openings tell of their first image, where it is known. */
  #look(): void {
    for (const opening of this.#openings) {
      opening.look();
      if (opening.settled) this.#openings.delete(opening);
    }
  }

  /** Asks for the next headers, as long as there are some and the process has little to do. */
  #read(): void {
    while (this.#reading < REQUESTS_IN_FLIGHT) {
      const chunk = this.#take(this.#hasRead ? CHUNK : FIRST_CHUNK);
      if (chunk.length === 0) return;
      this.#reading += 1;
      void this.#readChunk(chunk).finally(() => {
        this.#reading -= 1;
        this.#hasRead = true;
        this.#look();
        this.#changed(true);
        this.#read();
      });
    }
  }

  #take(size: number): Entry[] {
    const chunk: Entry[] = [];
    while (chunk.length < size && this.#next < this.#queue.length) {
      const entry = this.#queue[this.#next++]!;
      if (this.#entries.get(entry.id) !== entry || entry.state !== 'unread') continue;
      entry.state = 'reading';
      chunk.push(entry);
    }
    if (this.#next === this.#queue.length) {
      this.#queue = [];
      this.#next = 0;
    }
    return chunk;
  }

  async #readChunk(chunk: readonly Entry[]): Promise<void> {
    try {
      const answers = await this.#requests.request('image.headers', { paths: chunk.map((entry) => entry.path) });
      for (const [i, entry] of chunk.entries()) {
        const answer = answers[i]!;
        if (answer.ok) this.#settle(entry, answer.header, null);
        else this.#settle(entry, null, answer.error);
      }
    } catch (error) {
      // The whole request failed (the process crashed): one by one, so that only the culprit is blamed.
      if (chunk.length > 1) for (const entry of chunk) await this.#readChunk([entry]);
      else this.#settle(chunk[0]!, null, toErrorValue(error));
    }
  }

  #settle(entry: Entry, header: ImageHeader | null, error: ErrorValue | null): void {
    const isListed = this.#entries.get(entry.id) === entry;
    if (isListed && entry.state !== 'read') this.#pending -= 1;
    entry.state = 'read';
    entry.header = header;
    entry.error = error;
    if (header) entry.seriesId = this.#index.seriesOf({ path: entry.path, folder: entry.folder, header });
    if (!isListed) return;
    if (isNoImage(entry)) {
      this.#skipped += 1;
      if (error && this.#skippedFiles.length < MOST_SKIPPED_LISTED)
        this.#skippedFiles.push({ name: entry.name, error });
      this.#remove(entry);
      this.#forgotten.emit([entry.path]);
      return;
    }
    for (const opening of this.#openings) opening.read(entry);
    this.#touched(entry.id);
  }

  /** What was closed can no longer come back. */
  #forget(gone: Entry[]): void {
    const at = this.#bin.indexOf(gone);
    if (at === -1) return;
    this.#bin.splice(at, 1);
    this.#forgotten.emit(gone.map((entry) => entry.path).filter((file) => !this.#byPath.has(file)));
  }

  #touched(imageId: string): void {
    for (const listener of this.#listeners) listener.touched(imageId);
  }

  #changed(urgent: boolean): void {
    for (const listener of this.#listeners) listener.changed(urgent);
  }
}

/** Whether a file was merely met in a folder and is no image. */
const isNoImage = ({ named, error }: Entry): boolean => !named && error !== null && NO_IMAGE.has(error.code);
