import type { ImageEntry, Series } from '../../main/ipc/contract.ts';
import type { Studies } from './studies.svelte.ts';

/** One place in a stack: a frame of an image. */
export interface StackItem {
  imageId: string;
  frame: number;
}

/** Which image and frame the reader looks at, and how to step through its series. */
export class Selection {
  readonly #studies: Studies;
  #imageId = $state<string | null>(null);
  #frame = $state(0);
  /** Images in the order of the list, as it was last. */
  #order: readonly string[] = [];
  readonly #series = $derived(this.#findSeries());
  readonly #stack = $derived(this.#buildStack());
  readonly #position = $derived(
    this.#stack.findIndex((item) => item.imageId === this.#imageId && item.frame === this.#frame),
  );

  constructor(studies: Studies) {
    this.#studies = studies;
  }

  get imageId(): string | null {
    return this.#imageId;
  }

  get frame(): number {
    return this.#frame;
  }

  get image(): ImageEntry | undefined {
    return this.#imageId === null ? undefined : this.#studies.images[this.#imageId];
  }

  get series(): Series | undefined {
    return this.#series;
  }

  /** All frames of all images of the series, in order. */
  get stack(): readonly StackItem[] {
    return this.#stack;
  }

  /** Index in the stack; -1 if nothing is selected. */
  get position(): number {
    return this.#position;
  }

  select(imageId: string | null, frame = 0): void {
    this.#imageId = imageId;
    this.#frame = frame;
  }

  /** Goes to a place in the stack, clamped to its ends. */
  goTo(position: number): void {
    const item = this.#stack[Math.min(this.#stack.length - 1, Math.max(0, position))];
    if (item) this.select(item.imageId, item.frame);
  }

  /** Goes `by` places forward or backward; stays at the ends. */
  step(by: number): void {
    if (this.position >= 0) this.goTo(this.position + by);
  }

  /** Goes to the first image of the next or previous series. */
  stepSeries(by: 1 | -1): void {
    const all = this.#studies.series;
    const index = all.findIndex((series) => series.id === this.#series?.id);
    const first = all[index + by]?.imageIds[0];
    if (first !== undefined) this.select(first);
  }

  /** The places around the current one, nearest first, for prefetching. */
  neighbours(reach: number): StackItem[] {
    const { position } = this;
    if (position < 0) return [];
    const items: StackItem[] = [];
    for (let distance = 1; distance <= reach; distance++) {
      for (const at of [position + distance, position - distance]) {
        const item = this.#stack[at];
        if (item) items.push(item);
      }
    }
    return items;
  }

  /** After the list changed: keeps the image if it is still there, else takes its next neighbour, else the first. */
  reconcile(): void {
    const before = this.#order;
    const { images } = this.#studies;
    this.#order = this.#studies.series.flatMap((series) => series.imageIds);
    if (this.#imageId !== null && images[this.#imageId]) return;
    const at = before.indexOf(this.#imageId ?? '');
    const near = at < 0 ? [] : [...before.slice(at), ...before.slice(0, at).reverse()];
    const readable = this.#order.find((id) => images[id]?.error === null);
    this.select(near.find((id) => images[id]) ?? readable ?? this.#order[0] ?? null);
  }

  #findSeries(): Series | undefined {
    return this.#imageId === null ? undefined : this.#studies.seriesOf(this.#imageId);
  }

  #buildStack(): StackItem[] {
    const { images } = this.#studies;
    return (this.#series?.imageIds ?? []).flatMap((imageId) =>
      Array.from({ length: images[imageId]?.header?.frames ?? 1 }, (_, frame) => ({ imageId, frame })),
    );
  }
}
