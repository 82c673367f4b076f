import { expect, it } from 'vitest';
import type { ErrorValue } from '../../main/ipc/contract.ts';
import { WorkerState } from './worker.svelte.ts';

it('tells of each restart until the reader has seen it, and of a lost connection', () => {
  const worker = new WorkerState();
  const update = (state: 'ready' | 'restarting' | 'failed', restarts: number, problem: ErrorValue | null = null) =>
    worker.update({ state, restarts, problem, memoryBytes: 0 });
  update('ready', 0);
  expect(worker.banner).toBeNull();
  update('restarting', 1);
  update('ready', 1);
  expect(worker.banner?.problem.details).toEqual({ reason: 'restarted' });
  worker.dismiss();
  expect(worker.banner).toBeNull();
  const connecting: ErrorValue = { code: 'connection.lost', details: { reason: 'connecting' } };
  update('restarting', 0, connecting);
  expect(worker.banner).toEqual({ kind: 'warning', problem: connecting });
  update('ready', 1);
  expect(worker.banner).toBeNull();
  update('ready', 2);
  expect(worker.banner?.kind).toBe('warning');
  const gaveUp: ErrorValue = { code: 'worker.crashed', details: { reason: 'gave-up' } };
  update('failed', 5, gaveUp);
  expect(worker.banner).toEqual({ kind: 'error', problem: gaveUp });
});
