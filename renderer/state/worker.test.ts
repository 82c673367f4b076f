import { expect, it } from 'vitest';
import { RESTARTED_TEXT, WorkerState } from './worker.svelte.ts';

it('tells of each restart until the reader has seen it, and of a lost connection', () => {
  const worker = new WorkerState();
  const update = (state: 'ready' | 'restarting' | 'failed', restarts: number, message = '') =>
    worker.update({ state, restarts, message, memoryBytes: 0 });
  update('ready', 0);
  expect(worker.banner).toBeNull();
  update('restarting', 1);
  update('ready', 1);
  expect(worker.banner?.text).toBe(RESTARTED_TEXT);
  worker.dismiss();
  expect(worker.banner).toBeNull();
  update('restarting', 0, 'Connecting again.');
  expect(worker.banner?.text).toBe('Connecting again.');
  update('ready', 1);
  expect(worker.banner).toBeNull();
  update('ready', 2);
  expect(worker.banner?.kind).toBe('warning');
  update('failed', 5, 'It ends whenever it starts.');
  expect(worker.banner).toEqual({ kind: 'error', text: 'It ends whenever it starts.' });
});
