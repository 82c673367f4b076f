import { sortSlices } from '../../models/imaging/slice-order.ts';
import type { ImageHeader } from '../../worker/protocol.ts';

/** What an opening must know of a file of the list. */
export interface OpenedFile {
  readonly id: string;
  readonly path: string;
  readonly seriesId: string | null;
  readonly header: ImageHeader | null;
}

/** So many images are compared for the first one of their series: more would make the reader wait. */
const MOST_COMPARED = 500;

/**
 * One act of opening files and folders: finds the image to show for it, which is the first readable one that was not
 * open before, else the first that was; or, where nothing can be read, the first file with an error. It is told as soon as it is known, while the rest is still being
 * read. More files may be added later, as with a drop that is sent file by file: a file with an error then gives way,
 * once, to the first readable image.
 */
export class Opening {
  readonly #tell: (firstImageId: string) => void;
  /** Files that are not read yet. */
  readonly #unread = new Set<string>();
  readonly #readable: (OpenedFile & { header: ImageHeader })[] = [];
  /** The first image that was open, and read, before. */
  #reopened: OpenedFile | null = null;
  #error: OpenedFile | null = null;
  #told: 'nothing' | 'error' | 'image' = 'nothing';
  /** How many calls are still adding files. */
  #adding = 0;

  constructor(tell: (firstImageId: string) => void) {
    this.#tell = tell;
  }

  /** Whether it will tell nothing more, unless files are added. */
  get settled(): boolean {
    return this.#told === 'image' || (this.#adding === 0 && this.#unread.size === 0);
  }

  /** Files are about to be added, until the same number of calls of {@link end}. */
  begin(): void {
    this.#adding += 1;
  }

  end(): void {
    this.#adding -= 1;
    this.look();
  }

  add(file: OpenedFile, isRead: boolean): void {
    if (isRead && file.header) this.#reopened ??= file;
    else if (isRead) this.#note(file);
    else this.#unread.add(file.id);
  }

  /** A file was read. */
  read(file: OpenedFile): void {
    if (this.#unread.delete(file.id)) this.#note(file);
  }

  /** A file is no longer listed: closed, or no image. */
  drop(file: OpenedFile): void {
    this.#unread.delete(file.id);
  }

  /** Tells of the image to show, where it is known now. */
  look(): void {
    if (this.#told === 'image') return;
    const [readable] = sortSlices(
      this.#readable.map(({ id, path, header: { instanceNumber, plane } }) => ({ id, path, instanceNumber, plane })),
    );
    const first = readable ?? (this.settled ? this.#reopened : null);
    if (first) {
      this.#told = 'image';
      this.#unread.clear();
      this.#tell(first.id);
    } else if (this.#error && this.#told === 'nothing' && this.settled) {
      this.#told = 'error';
      this.#tell(this.#error.id);
    }
  }

  /** Keeps the first error, and readable images of one series. */
  #note(file: OpenedFile): void {
    const { header } = file;
    if (!header) this.#error ??= file;
    else if (
      this.#readable.length < MOST_COMPARED &&
      file.seriesId === (this.#readable[0]?.seriesId ?? file.seriesId)
    ) {
      this.#readable.push({ ...file, header });
    }
  }
}
