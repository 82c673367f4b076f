import { LRUCache } from 'lru-cache';
import { HifuseError } from '../../models/errors.ts';

/** What was asked: of which image, and what else tells one answer from another. */
export type AnswerKey = readonly [imageId: string, ...parts: (string | number)[]];

/** An answer on its way, with those who wait for it. */
interface UnderWay<V> {
  answer: Promise<V>;
  waiting: number;
  controller: AbortController;
}

/**
 * A cache of answers about images that are on their way or here; forgets what was used longest ago once they weigh too
 * much.
 */
export class AnswerCache<V extends NonNullable<unknown>> {
  readonly #kept: LRUCache<string, V>;
  readonly #underWay = new Map<string, UnderWay<V>>();

  /**
   * @param limit bytes; a single heavier answer is not kept
   * @param weigh bytes of an answer
   */
  constructor(limit: number, weigh: (value: V) => number) {
    this.#kept = new LRUCache({ maxSize: limit, sizeCalculation: (value) => Math.max(1, Math.ceil(weigh(value))) });
  }

  /** Of the answers that are here. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /**
   * The answer of a key: kept, on its way, or made now. One that fails is forgotten.
   *
   * @param make its signal is aborted when all who asked have given up
   * @param signal of the one who asks; @throws HifuseError `request.cancelled` when aborted
   */
  get(what: AnswerKey, make: (signal: AbortSignal) => Promise<V>, signal?: AbortSignal): Promise<V> {
    const key = JSON.stringify(what);
    if (signal?.aborted) return Promise.reject(new HifuseError('request.cancelled'));
    const kept = this.#kept.get(key);
    if (kept !== undefined) return Promise.resolve(kept);
    const entry = this.#underWay.get(key) ?? this.#start(key, make);
    entry.waiting++;
    return signal ? this.#wait(key, entry, signal) : entry.answer;
  }

  /** An answer that is here, by what it is; counts as used. */
  find(matches: (value: V) => boolean): V | undefined {
    return this.#kept.find(matches);
  }

  /** Lets go of all answers about some images. */
  forget(imageIds: readonly string[]): void {
    const gone = new Set(imageIds);
    for (const answers of [this.#kept, this.#underWay]) {
      for (const key of [...answers.keys()]) {
        const [imageId] = JSON.parse(key) as AnswerKey;
        if (gone.has(imageId)) answers.delete(key);
      }
    }
  }

  #start(key: string, make: (signal: AbortSignal) => Promise<V>): UnderWay<V> {
    const controller = new AbortController();
    const entry: UnderWay<V> = { answer: make(controller.signal), waiting: 0, controller };
    this.#underWay.set(key, entry);
    // What was forgotten meanwhile is not kept.
    const arrived = (): boolean => this.#underWay.get(key) === entry && this.#underWay.delete(key);
    entry.answer.then((value) => {
      if (arrived()) this.#kept.set(key, value);
    }, arrived);
    return entry;
  }

  #wait(key: string, entry: UnderWay<V>, signal: AbortSignal): Promise<V> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(new HifuseError('request.cancelled'));
        if (--entry.waiting > 0) return;
        if (this.#underWay.get(key) === entry) this.#underWay.delete(key);
        entry.controller.abort();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      entry.answer.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', giveUp);
      });
    });
  }
}
