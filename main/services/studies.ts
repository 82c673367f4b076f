import path from 'node:path';
import { HifuseError, toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { ImageHeader } from '../../worker/protocol.ts';
import type { ImageEntry, StudyList } from '../ipc/contract.ts';
import { NO_IMAGE, type Requests } from './classify.ts';
import { systemClock, type Clock } from './clock.ts';
import { Emitter } from './emitter.ts';
import { groupInSeries, type Listed } from './series.ts';
import { walk } from './walk.ts';

/** Files per request: few at first, so that the first image shows soon. */
const FIRST_CHUNK = 4;
const CHUNK = 64;
/** So that the process reads on while results travel. */
const REQUESTS_IN_FLIGHT = 2;
/** Least time between two lists in milliseconds, and how it grows with the number of images. */
const ANNOUNCE_MS = 200;
const ANNOUNCE_MS_PER_IMAGE = 0.1;

interface Entry {
  id: string;
  /** Position in the order of opening. */
  sequence: number;
  path: string;
  name: string;
  folder: string;
  /** Somebody chose this very file: it is listed even where it is no image. */
  named: boolean;
  header: ImageHeader | null;
  error: ErrorValue | null;
  state: 'unread' | 'reading' | 'read';
}

export interface StudiesDependencies {
  requests: Requests;
  clock?: Clock;
}

/**
 * The open images: files and folders that the person chose, read header by header in the background, grouped in series.
 * Nothing is kept of them beyond the session.
 */
export class Studies {
  readonly #requests: Requests;
  readonly #clock: Clock;
  readonly #changed = new Emitter<StudyList>();
  readonly #closed = new Emitter<string[]>();
  #entries = new Map<string, Entry>();
  /** What was closed, the last one last. */
  readonly #bin: Entry[][] = [];
  #queue: Entry[] = [];
  #reading = 0;
  #skipped = 0;
  #count = 0;
  #announced = -Infinity;
  #announcing = false;

  constructor({ requests, clock = systemClock }: StudiesDependencies) {
    this.#requests = requests;
    this.#clock = clock;
  }

  list(): StudyList {
    const entries = [...this.#entries.values()];
    const read = entries.flatMap(({ id, path, folder, header }): Listed[] =>
      header ? [{ id, path, folder, header }] : [],
    );
    return {
      series: groupInSeries(read),
      images: Object.fromEntries(entries.map((entry) => [entry.id, toImageEntry(entry)])),
      pending: entries.filter(({ state }) => state !== 'read').length,
      skipped: this.#skipped,
    };
  }

  onChange(listener: (list: StudyList) => void): () => void {
    return this.#changed.on(listener);
  }

  /** Told of the ids of images that were closed. */
  onClose(listener: (imageIds: string[]) => void): () => void {
    return this.#closed.on(listener);
  }

  /**
   * Opens files, and folders with all that is below them; resolves when all files are listed. Their headers follow.
   * What is open already stays as it is.
   * @throws HifuseError `file.not-found`, `file.unreadable` for a path that was given, after all others were opened
   */
  async open(paths: readonly string[]): Promise<void> {
    const known = new Set([...this.#entries.values()].map((entry) => entry.path));
    const failures: unknown[] = [];
    for (const start of paths) {
      const absolute = path.resolve(start);
      const onUnreadable = (error: HifuseError): void => {
        const entry = this.#add(absolute, path.basename(absolute), path.basename(absolute), true);
        entry.state = 'read';
        entry.error = toErrorValue(error);
      };
      try {
        for await (const file of walk(absolute, { recursive: true, onUnreadable })) {
          if (known.has(file.path)) continue;
          known.add(file.path);
          const named = file.path === absolute;
          const folder = named ? '' : path.posix.join(path.basename(absolute), path.posix.dirname(file.name));
          this.#queue.push(this.#add(file.path, file.name, folder, named));
          this.#read();
        }
      } catch (error) {
        failures.push(error);
      }
    }
    // The first list comes with the first headers, unless those take long: one without them would only delay them.
    if (this.#reading === 0) this.#announce();
    else
      this.#clock.after(ANNOUNCE_MS, () => {
        this.#announce();
      });
    if (failures.length > 0) throw failures[0];
  }

  close(imageIds: readonly string[] | 'all'): void {
    const ids = imageIds === 'all' ? [...this.#entries.keys()] : imageIds;
    const gone = ids.flatMap((id) => this.#entries.get(id) ?? []);
    if (gone.length === 0) return;
    for (const { id } of gone) this.#entries.delete(id);
    this.#bin.push(gone);
    if (this.#entries.size === 0) this.#skipped = 0;
    this.#closed.emit(gone.map(({ id }) => id));
    this.#announceNow();
  }

  /** Takes back the last close: the same images, with the same ids, at their places. */
  reopen(): void {
    const paths = new Set([...this.#entries.values()].map((entry) => entry.path));
    const back = (this.#bin.pop() ?? []).filter((entry) => !paths.has(entry.path));
    const all = [...this.#entries.values(), ...back].sort((a, b) => a.sequence - b.sequence);
    this.#entries = new Map(all.map((entry) => [entry.id, entry]));
    this.#queue.push(...back.filter(({ state }) => state === 'unread'));
    this.#read();
    this.#announceNow();
  }

  /** What an id stands for; null where no such image is open. */
  find(imageId: string): { path: string; name: string } | null {
    return this.#entries.get(imageId) ?? null;
  }

  /** @throws HifuseError `request.invalid` where no image of that id is open */
  get(imageId: string): { path: string; name: string } {
    const entry = this.#entries.get(imageId);
    if (!entry) throw new HifuseError('request.invalid', 'This image is no longer open.');
    return entry;
  }

  #add(file: string, name: string, folder: string, named: boolean): Entry {
    const sequence = ++this.#count;
    const id = `image-${sequence}`;
    const entry: Entry = { id, sequence, path: file, name, folder, named, header: null, error: null, state: 'unread' };
    this.#entries.set(id, entry);
    return entry;
  }

  /** Asks for the next headers, as long as there are some and the process has little to do. */
  #read(): void {
    while (this.#reading < REQUESTS_IN_FLIGHT) {
      const size = this.#announced === -Infinity ? FIRST_CHUNK : CHUNK;
      const chunk = this.#take(size);
      if (chunk.length === 0) return;
      this.#reading += 1;
      void this.#readChunk(chunk).finally(() => {
        this.#reading -= 1;
        this.#announce();
        this.#read();
      });
    }
  }

  #take(size: number): Entry[] {
    const chunk: Entry[] = [];
    let used = 0;
    for (const entry of this.#queue) {
      if (chunk.length === size) break;
      used += 1;
      if (this.#entries.get(entry.id) !== entry || entry.state !== 'unread') continue;
      entry.state = 'reading';
      chunk.push(entry);
    }
    this.#queue = this.#queue.slice(used);
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
    entry.state = 'read';
    entry.header = header;
    entry.error = error;
    if (!error || entry.named || !NO_IMAGE.has(error.code)) return;
    if (this.#entries.delete(entry.id)) this.#skipped += 1;
  }

  /** Tells of changes, now or as soon as the last time was long enough ago. */
  #announce(): void {
    if (this.#announcing) return;
    const interval = Math.max(ANNOUNCE_MS, this.#entries.size * ANNOUNCE_MS_PER_IMAGE);
    const wait = this.#announced + interval - this.#clock.now();
    if (wait <= 0) {
      this.#announceNow();
      return;
    }
    this.#announcing = true;
    this.#clock.after(wait, () => {
      this.#announcing = false;
      this.#announceNow();
    });
  }

  #announceNow(): void {
    this.#announced = this.#clock.now();
    this.#changed.emit(this.list());
  }
}

function toImageEntry({ id, name, header, error }: Entry): ImageEntry {
  if (!header) return { id, name, header: null, error };
  const { path: _path, ...shown } = header;
  return { id, name, header: shown, error };
}
