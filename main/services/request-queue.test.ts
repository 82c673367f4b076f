import { expect, it } from 'vitest';
import type { WorkerMethod, WorkerRequest } from '../../worker/protocol.ts';
import { RequestQueue } from './request-queue.ts';

function queue() {
  const queue = new RequestQueue({ 'image.frame': 2, 'image.thumbnail': 1 });
  const add = (id: number, method: WorkerMethod): void => {
    const request = { kind: 'request', id, method, params: { path: '', frame: 0 } } as WorkerRequest;
    queue.add({ request, resolve: () => undefined, reject: () => undefined, onProgress: undefined });
  };
  const next = (): number[] => queue.next().map(({ id }) => id);
  return { queue, add, next };
}

it('sends the newest frames first, as many as are decoded at the same time', () => {
  const { queue: frames, add, next } = queue();
  for (const id of [1, 2, 3, 4]) add(id, 'image.frame');
  expect(next()).toEqual([3, 4]);
  expect(next()).toEqual([]);
  add(5, 'image.frame');
  frames.take(4);
  expect(next()).toEqual([5]);
  frames.take(3);
  frames.take(5);
  expect(next()).toEqual([1, 2]);
});

it('gives each kind of picture a lane of its own, and holds nothing else back', () => {
  const { add, next } = queue();
  for (const id of [1, 2, 3]) add(id, 'image.frame');
  for (const id of [4, 5]) add(id, 'image.thumbnail');
  for (const id of [6, 7, 8]) add(id, 'image.header');
  expect(next()).toEqual([2, 3, 5, 6, 7, 8]);
});

it('never sends what was cancelled while it waited', () => {
  const { queue: frames, add, next } = queue();
  for (const id of [1, 2, 3]) add(id, 'image.frame');
  expect(next()).toEqual([2, 3]);
  expect(frames.take(1)?.sent).toBe(false);
  frames.take(2);
  expect(next()).toEqual([]);
});

it('repeats what was under way when the process ended one by one, before all others', () => {
  const { queue: frames, add, next } = queue();
  for (const id of [1, 2, 3]) add(id, 'image.frame');
  expect(next()).toEqual([2, 3]);
  expect(frames.ended()).toEqual([]);
  expect(next()).toEqual([2]);
  expect(frames.ended().map(({ request }) => request.id)).toEqual([2]);
  expect(next()).toEqual([3]);
  frames.take(3);
  expect(next()).toEqual([1]);
});
