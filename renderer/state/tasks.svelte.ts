import { SvelteMap } from 'svelte/reactivity';

/** Long requests that main reports progress of. */
export class Tasks {
  readonly #items = new SvelteMap<string, { done: number; total: number }>();

  get items(): { task: string; done: number; total: number }[] {
    return [...this.#items].map(([task, progress]) => ({ task, ...progress }));
  }

  /** A task that is done leaves. */
  update(task: string, done: number, total: number): void {
    if (total > 0 && done >= total) this.#items.delete(task);
    else this.#items.set(task, { done, total });
  }
}
