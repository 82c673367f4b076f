import type { ImageEntry } from '../../main/ipc/contract.ts';
import type { Series } from './study-contents.ts';
import type { StudyTree } from './study-tree.svelte.ts';

/** One place in a stack: a frame of an image. */
export interface StackItem {
  imageId: string;
  frame: number;
}

/** Which image and frame a pane looks at, and what lies around it in its series. Only its pane changes it. */
export class Selection {
  readonly #studies: StudyTree;
  #imageId = $state<string | null>(null);
  #frame = $state(0);
  readonly #series = $derived(this.#findSeries());
  readonly #stack = $derived(this.#buildStack());
  readonly #position = $derived(
    this.#stack.findIndex((item) => item.imageId === this.#imageId && item.frame === this.#frame),
  );

  constructor(studies: StudyTree) {
    this.#studies = studies;
  }

  get imageId(): string | null {
    return this.#imageId;
  }

  get frame(): number {
    return this.#frame;
  }

  /** Image and frame; null if nothing is selected. */
  get item(): StackItem | null {
    return this.#imageId === null ? null : { imageId: this.#imageId, frame: this.#frame };
  }

  get image(): ImageEntry | undefined {
    return this.#imageId === null ? undefined : this.#studies.image(this.#imageId);
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

  /** The place at a position of the stack, clamped to its ends; undefined if the stack is empty. */
  at(position: number): StackItem | undefined {
    return this.#stack[Math.min(this.#stack.length - 1, Math.max(0, position))];
  }

  /** The first image of the series that lies `by` series further on in the list, if there is one. */
  firstOfSeries(by: number): string | undefined {
    const all = this.#studies.series;
    const index = all.findIndex((series) => series.id === this.#series?.id);
    return all[index + by]?.imageIds[0];
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

  #findSeries(): Series | undefined {
    return this.#imageId === null ? undefined : this.#studies.seriesOf(this.#imageId);
  }

  #buildStack(): StackItem[] {
    return (this.#series?.imageIds ?? []).flatMap((imageId) =>
      Array.from({ length: this.#studies.image(imageId)?.header?.frames ?? 1 }, (_, frame) => ({ imageId, frame })),
    );
  }
}
