import type { BatchRow, BatchState, Client, Prediction } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { Preferences } from './preferences.svelte.ts';
import {
  countClasses,
  firstFrames,
  filterLines,
  sortLines,
  toLine,
  type BatchColumn,
  type BatchFilter,
  type BatchLine,
  type ClassCount,
} from './batch-lines.ts';
import { finishSave } from './save-result.ts';

const PAGE = 500;
const REFRESH_MILLISECONDS = 500;

/** The last 'classify all' and its rows. */
export class Batch {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #preferences: Pick<Preferences, 'names'>;
  readonly #texts: Texts;
  #state = $state.raw<BatchState | null>(null);
  #rows = $state.raw<readonly BatchRow[]>([]);
  #open = $state(false);
  #column = $state<BatchColumn | null>(null);
  #descending = $state(false);
  #filter = $state.raw<BatchFilter>({ kind: 'all' });
  #refreshing = false;
  #stale = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #predictions = $derived(firstFrames(this.#rows));
  readonly #lines = $derived(this.#rows.map(toLine));
  readonly #shown = $derived(sortLines(filterLines(this.#lines, this.#filter), this.#column, this.#descending));

  constructor(client: Pick<Client, 'invoke'>, preferences: Pick<Preferences, 'names'>, texts: Texts) {
    this.#preferences = preferences;
    this.#client = client;
    this.#texts = texts;
  }

  get state(): BatchState | null {
    return this.#state;
  }

  get rows(): readonly BatchRow[] {
    return this.#rows;
  }

  /** Rows as filtered and sorted. */
  get shown(): readonly BatchLine[] {
    return this.#shown;
  }

  get open(): boolean {
    return this.#open;
  }

  get column(): BatchColumn | null {
    return this.#column;
  }

  get descending(): boolean {
    return this.#descending;
  }

  get filter(): BatchFilter {
    return this.#filter;
  }

  get running(): boolean {
    return this.#state?.state === 'running';
  }

  /** What the batch said of an image's first frame. */
  predictionOf(imageId: string): Prediction | undefined {
    return this.#predictions.get(imageId);
  }

  get classCounts(): ClassCount[] {
    return countClasses(this.#rows);
  }

  /** Classifies images; shows the batch that runs where one does. */
  async classify(imageIds: string[]): Promise<void> {
    if (this.running || imageIds.length === 0) {
      this.#open ||= this.running;
      return;
    }
    const state = await this.#client.invoke('batch.start', { imageIds });
    this.#rows = [];
    this.#filter = { kind: 'all' };
    this.#column = null;
    this.#open = true;
    this.#state = state;
    await this.#refresh();
  }

  async cancel(): Promise<void> {
    if (this.#state) await this.#client.invoke('batch.cancel', { id: this.#state.id });
  }

  /** Saves the results; answers what to tell the reader, null if nothing. */
  async exportAs(format: 'csv' | 'json'): Promise<string | null> {
    if (!this.#state) return null;
    const request = { id: this.#state.id, format, names: this.#preferences.names };
    return finishSave(await this.#client.invoke('batch.export', request), this.#texts);
  }

  show(): void {
    this.#open = true;
  }

  hide(): void {
    this.#open = false;
  }

  filterBy(filter: BatchFilter): void {
    this.#filter = filter;
  }

  /** Sorts by a column: first rising, then falling, then in the order of the list again. */
  sortBy(column: BatchColumn): void {
    if (this.#column !== column) {
      this.#column = column;
      this.#descending = column === 'probability';
    } else if (this.#descending === (column === 'probability')) {
      this.#descending = !this.#descending;
    } else {
      this.#column = null;
    }
  }

  /** Takes progress that main sent. */
  update(state: BatchState): void {
    // The event may come before the answer of `start`.
    if (this.#state && state.id !== this.#state.id) return;
    // A page that was loaded while a batch runs shows it.
    if (!this.#state && state.state === 'running') this.#open = true;
    this.#state = state;
    if (state.state !== 'running') {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.#refresh();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.#refresh();
      }, REFRESH_MILLISECONDS);
    }
  }

  /** Fetches pages that still hold waiting rows. One at a time; what changed meanwhile is fetched after. */
  async #refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#stale = true;
      return;
    }
    this.#refreshing = true;
    try {
      do {
        this.#stale = false;
        await this.#fetchWaiting();
      } while (this.#stale);
    } finally {
      this.#refreshing = false;
    }
  }

  async #fetchWaiting(): Promise<void> {
    const batch = this.#state;
    if (!batch) return;
    const rows = [...this.#rows];
    for (let from = 0; from < batch.total; from += PAGE) {
      const page = rows.slice(from, Math.min(from + PAGE, batch.total));
      const complete = page.length === Math.min(PAGE, batch.total - from);
      if (complete && page.every((row) => row.status !== 'waiting')) continue;
      const fresh = await this.#client.invoke('batch.rows', { id: batch.id, from, count: PAGE });
      if (this.#state?.id !== batch.id) return;
      rows.splice(from, fresh.length, ...fresh);
    }
    this.#rows = rows;
  }
}
