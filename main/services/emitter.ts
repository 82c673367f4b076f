/** Listeners to one kind of event. */
export class Emitter<E> {
  readonly #listeners = new Set<(event: E) => void>();

  /** Returns what ends the subscription. */
  on(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: E): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
