import { linkedPosition, type Place } from './linked-place.ts';
import { Pane, type PaneSources } from './pane.svelte.ts';
import type { Series } from './study-contents.ts';

/** How panes lie beside each other: rows and columns. */
export const LAYOUTS = {
  '1x1': { rows: 1, columns: 1 },
  '1x2': { rows: 1, columns: 2 },
  '2x1': { rows: 2, columns: 1 },
  '1x3': { rows: 1, columns: 3 },
  '2x2': { rows: 2, columns: 2 },
  '2x3': { rows: 2, columns: 3 },
  '3x3': { rows: 3, columns: 3 },
} as const;

export type Layout = keyof typeof LAYOUTS;

export const LAYOUT_NAMES = Object.keys(LAYOUTS) as Layout[];

/** What panes can do together with the active one. */
export const LINKS = ['scroll', 'window', 'zoom'] as const;
export type Link = (typeof LINKS)[number];

/** The panes of the window. One is active: keys, tools, list and panels act on it. */
export class Panes {
  readonly #sources: PaneSources;
  #layout = $state<Layout>('1x1');
  #all: readonly Pane[] = $state.raw([]);
  #activeIndex = $state(0);
  /** The one that fills the window; null: all are seen. */
  #maximised = $state.raw<Pane | null>(null);
  #links = $state<Record<Link, boolean>>({ scroll: false, window: false, zoom: false });
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

  /** Row by row, without those that a maximised one hides. */
  get seen(): readonly Pane[] {
    return this.#maximised ? [this.#maximised] : this.#all;
  }

  /** Lets one pane fill the window, or shows all again. */
  toggleMaximised(pane: Pane): void {
    this.activate(pane);
    this.#maximised = this.#maximised || this.#all.length === 1 ? null : pane;
  }

  isLinked(link: Link): boolean {
    return this.#links[link];
  }

  toggleLink(link: Link): void {
    this.#links[link] = !this.#links[link];
    this.follow();
  }

  /** Brings the other panes to where the active one is, as far as they are linked. Called whenever it has changed. */
  follow(): void {
    const { active } = this;
    for (const pane of this.#all) {
      if (pane === active || pane.selection.imageId === null) continue;
      if (this.#links.scroll) {
        const position = linkedPosition(this.#place(active), this.#place(pane));
        if (position !== null && position !== pane.selection.position) pane.goTo(position);
      }
      const isAlike = pane.selection.series?.modality === active.selection.series?.modality;
      if (this.#links.window && isAlike) {
        pane.view.setVoi(active.view.voi);
        pane.view.invert(active.view.inverted);
      }
      if (this.#links.zoom) {
        const { scale, pan } = active.view.placement;
        pane.view.place({ ...pane.view.placement, scale, pan });
      }
    }
  }

  #place({ selection }: Pane): Place {
    const planes = selection.stack.map(
      ({ imageId, frame }) => (frame === 0 && this.#sources.studies.image(imageId)?.header?.plane) || null,
    );
    return { position: selection.position, planes };
  }

  /** Image and attention map beside each other: the same image twice, linked, the map over the second alone. */
  besideMap(): void {
    const { active } = this;
    const { imageId, frame } = active.selection;
    this.arrange('1x2');
    const other = this.#all.find((pane) => pane !== active)!;
    other.show(imageId, frame);
    active.overlay.show(false);
    other.overlay.show(true);
    this.#links = { scroll: true, window: true, zoom: true };
    this.follow();
  }

  /**
   * The active series beside the one of the same patient's other study that is most like it, linked in scrolling and
   * window. Answers false where there is none.
   */
  compare(): boolean {
    const { active } = this;
    const other = this.#counterpart(active.selection.series);
    const [first] = other?.imageIds ?? [];
    if (first === undefined) return false;
    this.arrange('1x2');
    this.#all.find((pane) => pane !== active)!.show(first);
    this.#links = { scroll: true, window: true, zoom: false };
    this.follow();
    return true;
  }

  #counterpart(series: Series | undefined): Series | undefined {
    const { studies } = this.#sources.studies;
    const own = studies.find(({ id }) => id === series?.studyId);
    if (!series || !own?.patientId) return undefined;
    const others = studies
      .filter(({ id, patientId }) => id !== own.id && patientId === own.patientId)
      .sort((a, b) => b.date.localeCompare(a.date));
    const alike = others.flatMap((study) => study.series.filter(({ modality }) => modality === series.modality));
    return alike.find(({ title }) => title === series.title) ?? alike[0];
  }

  activate(pane: Pane): void {
    const index = this.#all.indexOf(pane);
    if (index >= 0) this.#activeIndex = index;
  }

  /** More panes than before begin with the series that follow; of fewer, the active one and those before it stay. */
  arrange(layout: Layout): void {
    const { rows, columns } = LAYOUTS[layout];
    const count = rows * columns;
    const { active } = this;
    this.#maximised = null;
    const before = this.#all.slice(0, count);
    const kept = before.includes(active) ? before : [...before.slice(0, -1), active];
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
