import type { Task, TaskName } from '../ipc/contract.ts';
import { Emitter } from './emitter.ts';

/** Long requests that are under way, for the status bar. */
export class Tasks {
  readonly #running = new Set<Task>();
  readonly #changed = new Emitter<Task[]>();

  get list(): Task[] {
    return [...this.#running];
  }

  onChange(listener: (tasks: Task[]) => void): () => void {
    return this.#changed.on(listener);
  }

  /** Lists work by its name until it has settled. */
  async during<R>(task: TaskName, work: Promise<R>): Promise<R> {
    const entry: Task = { task, done: 0, total: 1 };
    this.#running.add(entry);
    this.#changed.emit(this.list);
    try {
      return await work;
    } finally {
      this.#running.delete(entry);
      this.#changed.emit(this.list);
    }
  }
}
