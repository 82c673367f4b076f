/** Does a few jobs at a time, those asked for last first: what just came into sight matters most. */
export class NewestFirst {
  readonly #atOnce: number;
  readonly #waiting = new Map<string, () => Promise<unknown>>();
  readonly #underway = new Set<string>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Asks for a job by name; asking again moves it to the front. One that is underway is not started twice. */
  want(name: string, job: () => Promise<unknown>): void {
    if (this.#underway.has(name)) return;
    this.#waiting.delete(name);
    this.#waiting.set(name, job);
    this.#next();
  }

  /** Takes a job back that has not started. */
  cancel(name: string): void {
    this.#waiting.delete(name);
  }

  #next(): void {
    while (this.#underway.size < this.#atOnce) {
      const [name, job] = [...this.#waiting].at(-1) ?? [];
      if (name === undefined || !job) return;
      this.#waiting.delete(name);
      this.#underway.add(name);
      const done = (): void => {
        this.#underway.delete(name);
        this.#next();
      };
      job().then(done, done);
    }
  }
}
