import { plural } from './format.ts';
import type { Client, ImageEntry, Series, StudyList } from '../../main/ipc/contract.ts';

const NOTHING: StudyList = { series: [], images: {}, pending: 0, skipped: 0 };

/** Series for files that belong to none: they could not be read. */
export const UNREADABLE_SERIES = 'unreadable';

/** The open files, as main lists them. */
export class Studies {
  readonly #client: Client;
  #list = $state.raw<StudyList>(NOTHING);
  readonly #series = $derived(withUnreadable(this.#list));

  constructor(client: Client) {
    this.#client = client;
  }

  /** Series in order, last the files that could not be read and are in no other. */
  get series(): readonly Series[] {
    return this.#series;
  }

  get images(): Readonly<Record<string, ImageEntry>> {
    return this.#list.images;
  }

  get imageCount(): number {
    return this.#series.reduce((sum, series) => sum + series.imageIds.length, 0);
  }

  /** Files still to be read. */
  get pending(): number {
    return this.#list.pending;
  }

  get skipped(): number {
    return this.#list.skipped;
  }

  get isEmpty(): boolean {
    return this.#series.length === 0;
  }

  seriesOf(imageId: string): Series | undefined {
    return this.#series.find((series) => series.imageIds.includes(imageId));
  }

  /** Takes a list that main sent. */
  update(list: StudyList): void {
    this.#list = list;
  }

  async open(paths: string[]): Promise<void> {
    if (paths.length > 0) await this.#client.invoke('studies.open', { paths });
  }

  async openSamples(): Promise<void> {
    await this.#client.invoke('studies.samples', null);
  }

  async close(imageIds: string[] | 'all'): Promise<void> {
    await this.#client.invoke('studies.close', { imageIds });
  }

  async undoClose(): Promise<void> {
    await this.#client.invoke('studies.reopen', null);
  }
}

function withUnreadable(list: StudyList): readonly Series[] {
  const grouped = new Set(list.series.flatMap((series) => series.imageIds));
  const rest = Object.values(list.images).filter((image) => !grouped.has(image.id));
  if (rest.length === 0) return list.series;
  const unreadable: Series = {
    id: UNREADABLE_SERIES,
    title: rest.some((image) => image.error) ? 'Could not be read' : 'Being read',
    subtitle: plural(rest.length, 'file'),
    modality: '',
    imageIds: rest.map((image) => image.id),
  };
  return [...list.series, unreadable];
}
