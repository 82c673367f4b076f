import { Pane, type PaneSources } from './pane.svelte.ts';

/** How panes lie beside each other: rows and columns. */
export const LAYOUTS = {
  '1x1': { rows: 1, columns: 1 },
  '1x2': { rows: 1, columns: 2 },
} as const;

export type Layout = keyof typeof LAYOUTS;

/** The panes of the window. One is active: keys, tools, list and panels act on it. */
export class Panes {
  readonly #sources: PaneSources;
  #layout = $state<Layout>('1x1');
  #all: readonly Pane[] = $state.raw([]);
  #activeIndex = $state(0);
  /** Images in the order of the list, as it was last. */
  #order: readonly string[] = [];

  constructor(sources: PaneSources) {
    this.#sources = sources;
    this.#all = [new Pane(sources)];
  }

  get layout(): Layout {
    return this.#layout;
  }

  /** Row by row. */
  get all(): readonly Pane[] {
    return this.#all;
  }

  get active(): Pane {
    return this.#all[this.#activeIndex]!;
  }

  activate(pane: Pane): void {
    const index = this.#all.indexOf(pane);
    if (index >= 0) this.#activeIndex = index;
  }

  /** More panes than before begin with the series that follow; of fewer, the active one stays. */
  arrange(layout: Layout): void {
    const { rows, columns } = LAYOUTS[layout];
    const count = rows * columns;
    const { active } = this;
    const kept = this.#all.length <= count ? this.#all : [active];
    for (const pane of this.#all) if (!kept.includes(pane)) pane.close();
    const added = Array.from({ length: count - kept.length }, (_, index) => {
      const pane = new Pane(this.#sources);
      const first = active.selection.firstOfSeries(index + 1);
      if (first !== undefined) pane.show(first);
      return pane;
    });
    this.#all = [...kept, ...added];
    this.#activeIndex = this.#all.indexOf(active);
    this.#layout = layout;
  }

  /** After the list changed: every pane keeps its image or goes to its neighbour; the active one is never left empty. */
  reconcile(): void {
    const { studies } = this.#sources;
    const before = this.#order;
    this.#order = studies.series.flatMap(({ imageIds }) => imageIds);
    for (const pane of this.#all) pane.reconcile(before);
    if (this.active.selection.imageId !== null) return;
    const readable = this.#order.find((id) => studies.image(id)?.error === null);
    this.active.show(readable ?? this.#order[0] ?? null);
  }

  /** The model is loaded: what waits for it is classified. */
  classifySoon(): void {
    for (const pane of this.#all) pane.classifySoon();
  }

  /** What was said and chosen is of another model. */
  modelChanged(): void {
    for (const pane of this.#all) pane.modelChanged();
  }
}
