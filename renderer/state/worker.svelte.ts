import type { WorkerStatus } from '../../main/ipc/contract.ts';

export const RESTARTED_TEXT = 'The inference process ended unexpectedly and was restarted; your images are still here.';

/** How the inference process is. */
export class WorkerState {
  #status = $state.raw<WorkerStatus>({ state: 'starting', message: '', restarts: 0, memoryBytes: 0 });
  #seenRestarts = $state(0);

  get status(): WorkerStatus {
    return this.#status;
  }

  /** What the banner says; null if there is nothing to say. */
  get banner(): { kind: 'warning' | 'error'; text: string } | null {
    const { state, message, restarts } = this.#status;
    if (state === 'failed') return { kind: 'error', text: message || 'The inference process could not be started.' };
    if (restarts > this.#seenRestarts) return { kind: 'warning', text: RESTARTED_TEXT };
    // The connection to main, which is told in the same way, may be what starts again.
    if (state === 'restarting') return { kind: 'warning', text: message || RESTARTED_TEXT };
    return null;
  }

  update(status: WorkerStatus): void {
    this.#status = status;
  }

  dismiss(): void {
    this.#seenRestarts = this.#status.restarts;
  }
}
