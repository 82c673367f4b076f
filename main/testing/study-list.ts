import type { Client, ImageEntry, SeriesEntry, StudiesUpdate } from '../ipc/contract.ts';

/** The list of open images as a page would hold it, kept up to date by what main tells. */
export class StudyList {
  readonly images = new Map<string, ImageEntry>();
  readonly series = new Map<string, SeriesEntry>();
  readonly updates: StudiesUpdate[] = [];
  pending = 0;
  skipped = 0;
  /** A snapshot was whole. */
  isComplete = false;
  readonly #waiting = new Set<() => void>();

  constructor(client?: Client) {
    client?.subscribe('studies.changed', (update) => {
      this.apply(update);
    });
  }

  apply(update: StudiesUpdate): void {
    this.updates.push(update);
    if (update.reset) {
      this.images.clear();
      this.series.clear();
    }
    for (const series of update.series) this.series.set(series.id, series);
    for (const image of update.images) this.images.set(image.id, image);
    for (const id of update.closed) this.images.delete(id);
    ({ pending: this.pending, skipped: this.skipped, complete: this.isComplete } = update);
    for (const look of this.#waiting) look();
  }

  get names(): string[] {
    return [...this.images.values()].sort((a, b) => a.order - b.order).map(({ name }) => name);
  }

  named(name: string): ImageEntry {
    return [...this.images.values()].find((image) => image.name === name)!;
  }

  /** Resolves when the list is as asked; by default when every header was read. */
  async when(isSo: (list: this) => boolean = (list) => list.isComplete && list.pending === 0): Promise<this> {
    while (!isSo(this)) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
    return this;
  }
}
