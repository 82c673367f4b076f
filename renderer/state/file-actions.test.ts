import { expect, it } from 'vitest';
import type { BatchState } from '../../main/ipc/contract.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { createApp } from './app-state.ts';

const running: BatchState = {
  id: 'b',
  revision: 1,
  state: 'running',
  done: 0,
  failed: 0,
  total: 1,
  imagesPerSecond: 0,
  startedAt: '',
};

it('puts the batch away with the last of its images, and stops it where it still runs', async () => {
  const main = new FakeClient({
    'batch.start': () => running,
    'batch.rows': () => [],
    'batch.cancel': () => null,
    'studies.close': () => null,
  });
  const { batch, files } = createApp(main);
  await batch.classify(['a']);
  expect(batch.open).toBe(true);
  await files.close(['a'], 'a.dcm');
  expect(batch.open).toBe(true);
  await files.close('all', 'all images');
  expect([batch.open, main.count('batch.cancel'), main.count('studies.close')]).toEqual([false, 1, 2]);
  expect(batch.state).not.toBeNull();
});
