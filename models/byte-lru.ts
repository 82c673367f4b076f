/** A map that forgets what was used longest ago once its values weigh more than a bound. */
export class ByteLru<V> {
  /** Oldest use first. */
  readonly #entries = new Map<string, { value: V; bytes: number }>();
  readonly #limit: number;
  readonly #onEvict: (value: V) => void;
  #bytes = 0;

  /**
   * @param limit bytes to keep; a single value that is larger is kept alone
   * @param onEvict told of every value that leaves, also of one that is replaced or deleted
   */
  constructor(limit: number, onEvict: (value: V) => void = () => undefined) {
    this.#limit = limit;
    this.#onEvict = onEvict;
  }

  /** Of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The value of a key, which counts as used now. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V, bytes: number): void {
    this.delete(key);
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#onEvict(entry.value);
  }

  deleteWhere(matches: (key: string) => boolean): void {
    for (const key of [...this.#entries.keys()]) if (matches(key)) this.delete(key);
  }
}
