import type { Task } from '../../main/ipc/contract.ts';

/** Long requests that main is working on. */
export class RunningTasks {
  #items = $state.raw<readonly Task[]>([]);

  get items(): readonly Task[] {
    return this.#items;
  }

  /** Takes all that are under way. */
  update(running: readonly Task[]): void {
    this.#items = running;
  }
}
