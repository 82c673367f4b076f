import { expect, it, vi } from 'vitest';
import type { BatchRow, BatchState } from '../../main/ipc/contract.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { batchRowOf, predictionOf } from '../testing/samples.ts';
import { english } from '../../models/texts/texts.ts';
import { progressText } from './batch-lines.ts';
import { Batch } from './batch.svelte.ts';

const state = (changes: Partial<BatchState> = {}): BatchState => {
  return {
    id: 'b',
    revision: 0,
    state: 'running',
    done: 0,
    failed: 0,
    total: 3,
    imagesPerSecond: 0,
    startedAt: '',
    ...changes,
  };
};

const rows: BatchRow[] = [
  batchRowOf('im10', predictionOf({ x: 0.9, y: 0.1 })),
  batchRowOf('im9', predictionOf({ x: 0.3, y: 0.7 })),
  batchRowOf('im1', null, 'failed'),
];

async function finished(): Promise<Batch> {
  const answer: BatchRow[] = rows.map((row) => ({ ...row, status: 'waiting', prediction: null, error: null }));
  const main = new FakeClient({
    'batch.start': () => state(),
    'batch.rows': ({ from, count }) => answer.slice(from, from + count),
  });
  const batch = new Batch(main, { names: true }, english);
  await batch.classify(['1', '2', '3']);
  expect(batch.rows.map((row) => row.status)).toEqual(['waiting', 'waiting', 'waiting']);
  answer.splice(0, 3, ...rows);
  batch.update(state({ state: 'done', done: 3, failed: 1 }));
  await vi.waitFor(() => expect(batch.rows[0]?.status).toBe('ok'));
  return batch;
}

const shown = (batch: Batch) => batch.shown.map(({ row }) => row.file);

it('fetches the rows that were waiting', async () => {
  const batch = await finished();
  expect(batch.running).toBe(false);
  expect(batch.classCounts.map(({ name, count }) => [name, count])).toEqual([
    ['x', 1],
    ['y', 1],
  ]);
});

it('sorts: names as people count, three clicks come back to the order of the list', async () => {
  const batch = await finished();
  batch.sortBy('file');
  expect(shown(batch)).toEqual(['im1', 'im9', 'im10']);
  batch.sortBy('file');
  expect(shown(batch)).toEqual(['im10', 'im9', 'im1']);
  batch.sortBy('file');
  expect(shown(batch)).toEqual(['im10', 'im9', 'im1']);
  expect(batch.column).toBeNull();
  batch.sortBy('probability');
  expect(shown(batch)).toEqual(['im10', 'im9', 'im1']);
});

it('filters by class and by failure', async () => {
  const batch = await finished();
  batch.filterBy({ kind: 'class', name: 'y' });
  expect(shown(batch)).toEqual(['im9']);
  batch.filterBy({ kind: 'failed' });
  expect(shown(batch)).toEqual(['im1']);
});

it('ignores the progress of another batch', async () => {
  const batch = await finished();
  batch.update(state({ id: 'other', done: 1 }));
  expect(batch.state?.id).toBe('b');
});

it('counts what has an answer apart from what failed', () => {
  expect(progressText(state({ state: 'done', done: 223, failed: 14, total: 223 }), english)).toBe(
    'Classified 209 of 223 · 14 failed',
  );
  expect(progressText(state({ done: 2, total: 3 }), english)).toBe('Classifying: 2 of 3');
});
