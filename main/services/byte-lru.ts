/** A cache of answers that are on their way or here; forgets what was used longest ago once they weigh too much. */
export class ByteLru<V> {
  readonly #limit: number;
  readonly #weigh: (value: V) => number;
  /** Oldest use first. Answers on their way weigh nothing yet. */
  readonly #entries = new Map<string, { value: Promise<V>; bytes: number }>();
  #bytes = 0;

  /**
   * @param limit bytes; a single heavier answer is not kept
   * @param weigh bytes of an answer
   */
  constructor(limit: number, weigh: (value: V) => number) {
    this.#limit = limit;
    this.#weigh = weigh;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The answer of a key: kept, on its way, or made now. One that fails is forgotten. */
  get(key: string, make: () => Promise<V>): Promise<V> {
    const kept = this.#entries.get(key);
    if (kept) {
      this.#entries.delete(key);
      this.#entries.set(key, kept);
      return kept.value;
    }
    const entry = { value: make(), bytes: 0 };
    this.#entries.set(key, entry);
    entry.value.then(
      (value) => {
        if (this.#entries.get(key) !== entry) return;
        entry.bytes = this.#weigh(value);
        this.#bytes += entry.bytes;
        this.#trim();
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.value;
  }

  deleteWhere(matches: (key: string) => boolean): void {
    for (const key of [...this.#entries.keys()]) if (matches(key)) this.#delete(key);
  }

  #trim(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#limit) break;
      if (entry.bytes > 0) this.#delete(key);
    }
  }

  #delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
