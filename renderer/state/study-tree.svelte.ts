import type { Client, ImageEntry, StudiesUpdate } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { StudyContents, type Series, type Study } from './study-contents.ts';

/** Milliseconds after which the parts of a long change are shown though it goes on. */
const SHOW_MS = 100;

/** The open files: what main lists and changes of it, as studies, series and images in the order for reading. */
export class StudyTree {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #texts: Texts;
  /** Grows when readers shall look again. */
  #version = $state(0);
  #contents: StudyContents;
  /** A snapshot of which pages are still to come; until then what was known before is shown. */
  #snapshot: StudyContents | null = null;
  #revision = 0;
  #shownAt = -Infinity;
  #becomeReady: () => void = () => undefined;
  /** Settles when everything that was open at the start is listed. */
  readonly ready = new Promise<void>((resolve) => (this.#becomeReady = resolve));

  readonly #view = $derived.by(() => this.#look().view());

  constructor(client: Pick<Client, 'invoke'>, texts: Texts) {
    this.#client = client;
    this.#texts = texts;
    this.#contents = new StudyContents(texts);
  }

  get studies(): readonly Study[] {
    return this.#view.studies;
  }

  /** All series in the order of their studies, last the files that could not be read and are in no other. */
  get series(): readonly Series[] {
    return this.#view.series;
  }

  get imageCount(): number {
    return this.#look().images.size;
  }

  /** Files still to be read. */
  get pending(): number {
    return this.#look().pending;
  }

  /** Files that were met in a folder and are no images. */
  get skipped(): number {
    return this.#look().skipped;
  }

  get isEmpty(): boolean {
    return this.#look().images.size === 0;
  }

  image(imageId: string): ImageEntry | undefined {
    return this.#look().images.get(imageId);
  }

  seriesOf(imageId: string): Series | undefined {
    const { series } = this.#view;
    const image = this.image(imageId);
    if (!image) return undefined;
    return image.seriesId === null ? series.at(-1) : (this.#contents.series.get(image.seriesId)?.view ?? undefined);
  }

  /** Takes an update of main's; answers the ids of images that are gone. */
  apply(update: StudiesUpdate): readonly string[] {
    if (update.reset) this.#snapshot = new StudyContents(this.#texts);
    else if (update.revision !== this.#revision + 1) {
      // Something was missed, or this was meant for the page that stood here before: everything anew, asked for once.
      if (!Number.isNaN(this.#revision)) void this.#client.invoke('studies.resend', null).catch(() => undefined);
      this.#revision = NaN;
      return [];
    }
    this.#revision = update.revision;
    if (!this.#snapshot) {
      const gone = update.closed.filter((id) => this.#contents.images.has(id));
      this.#contents.apply(update);
      this.#show(update.complete || gone.length > 0);
      return gone;
    }
    this.#snapshot.apply(update);
    if (!update.complete) return [];
    const { images } = this.#snapshot;
    const gone = [...this.#contents.images.keys()].filter((id) => !images.has(id));
    this.#contents = this.#snapshot;
    this.#snapshot = null;
    this.#show(true);
    this.#becomeReady();
    return gone;
  }

  async open(paths: string[]): Promise<void> {
    if (paths.length > 0) await this.#client.invoke('studies.open', { paths });
  }

  async openSamples(): Promise<void> {
    await this.#client.invoke('studies.samples', null);
  }

  async close(imageIds: readonly string[] | 'all'): Promise<void> {
    await this.#client.invoke('studies.close', { imageIds: imageIds === 'all' ? 'all' : [...imageIds] });
  }

  async undoClose(): Promise<void> {
    await this.#client.invoke('studies.reopen', null);
  }

  /** What there is, for who shall look again when it changes. */
  #look(): StudyContents {
    void this.#version;
    return this.#contents;
  }

  #show(now: boolean): void {
    const time = performance.now();
    if (!now && time - this.#shownAt < SHOW_MS) return;
    this.#shownAt = time;
    this.#version += 1;
  }
}
