import type { ErrorValue, WorkerStatus } from '../../main/ipc/contract.ts';

const RESTARTED: ErrorValue = { code: 'worker.crashed', details: { reason: 'restarted' } };

/** How the inference process is. */
export class WorkerState {
  #status = $state.raw<WorkerStatus>({ state: 'starting', problem: null, restarts: 0, memoryBytes: 0 });
  #seenRestarts = $state(0);

  get status(): WorkerStatus {
    return this.#status;
  }

  /** What the banner says; null if there is nothing to say. */
  get banner(): { kind: 'warning' | 'error'; problem: ErrorValue } | null {
    const { state, problem, restarts } = this.#status;
    if (state === 'failed') return { kind: 'error', problem: problem ?? { code: 'worker.crashed' } };
    if (restarts > this.#seenRestarts) return { kind: 'warning', problem: RESTARTED };
    // The connection to main, which is told in the same way, may be what starts again.
    if (state === 'restarting') return { kind: 'warning', problem: problem ?? RESTARTED };
    return null;
  }

  update(status: WorkerStatus): void {
    this.#status = status;
  }

  dismiss(): void {
    this.#seenRestarts = this.#status.restarts;
  }
}
