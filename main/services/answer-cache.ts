import { ByteLru } from '../../models/byte-lru.ts';

/** A cache of answers that are on their way or here; forgets what was used longest ago once they weigh too much. */
export class AnswerCache<V extends NonNullable<unknown>> {
  readonly #limit: number;
  readonly #weigh: (value: V) => number;
  readonly #kept: ByteLru<V>;
  readonly #underWay = new Map<string, Promise<V>>();

  /**
   * @param limit bytes; a single heavier answer is not kept
   * @param weigh bytes of an answer
   */
  constructor(limit: number, weigh: (value: V) => number) {
    this.#limit = limit;
    this.#weigh = weigh;
    this.#kept = new ByteLru(limit);
  }

  /** Of the answers that are here. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** The answer of a key: kept, on its way, or made now. One that fails is forgotten. */
  get(key: string, make: () => Promise<V>): Promise<V> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return Promise.resolve(kept);
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const answer = make();
    this.#underWay.set(key, answer);
    // What was deleted meanwhile is not kept.
    const arrived = (): boolean => this.#underWay.get(key) === answer && this.#underWay.delete(key);
    answer.then((value) => {
      if (!arrived()) return;
      const bytes = this.#weigh(value);
      if (bytes <= this.#limit) this.#kept.set(key, value, bytes);
    }, arrived);
    return answer;
  }

  deleteWhere(matches: (key: string) => boolean): void {
    this.#kept.deleteWhere(matches);
    for (const key of [...this.#underWay.keys()]) if (matches(key)) this.#underWay.delete(key);
  }
}
