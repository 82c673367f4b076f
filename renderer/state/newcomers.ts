import type { StudyList } from '../../main/ipc/contract.ts';

/**
 * Finds, in the lists that main sends, the image to show when something was opened: its first readable one, once for
 * each opening. What comes back after a close was seen before and changes nothing.
 */
export class Newcomers {
  readonly #seen = new Set<string>();
  /** Ids of the opening that still waits for a readable image; null: none does. */
  #waiting: Set<string> | null = null;
  /** Files of the opening are still being read. */
  #underway = false;
  #asked = false;

  /** The reader opens something: what is listed from now on is a new opening, also while the last one is being read. */
  expect(): void {
    this.#asked = true;
  }

  /** Takes a list; answers the image to show, or null to stay where one is. */
  take({ images, series, pending }: StudyList): string | null {
    const fresh = Object.keys(images).filter((id) => !this.#seen.has(id));
    for (const id of fresh) this.#seen.add(id);
    if (fresh.length > 0 && (this.#asked || !this.#underway)) {
      this.#waiting = new Set();
      this.#asked = false;
    }
    for (const id of fresh) this.#waiting?.add(id);
    this.#underway = pending > 0;
    const waiting = this.#waiting;
    if (!waiting) return null;
    const order = series.flatMap(({ imageIds }) => imageIds);
    const readable = order.find((id) => waiting.has(id) && images[id]?.error === null);
    // Nothing readable in all that was opened: then its first error.
    const first = readable ?? (this.#underway ? undefined : [...waiting].find((id) => images[id]));
    if (first !== undefined || !this.#underway) this.#waiting = null;
    return first ?? null;
  }
}
