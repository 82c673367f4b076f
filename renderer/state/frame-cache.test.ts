import { expect, it, vi } from 'vitest';
import { FakeClient } from '../testing/fake-client.ts';
import { frameOf } from '../testing/samples.ts';
import { FrameCache } from './frame-cache.ts';

const client = () => new FakeClient({ 'images.frame': () => frameOf(new Uint8Array(100)) });

it('asks once for a frame, also while it is on its way', async () => {
  const main = client();
  const cache = new FrameCache(main);
  const [one, two] = await Promise.all([cache.get('a', 0), cache.get('a', 0)]);
  expect(one).toBe(two);
  expect(await cache.get('a', 0)).toBe(one);
  expect(main.count('images.frame')).toBe(1);
});

it('forgets what was used longest ago beyond its bound', async () => {
  const cache = new FrameCache(client(), 250);
  await cache.get('a', 0);
  await cache.get('a', 1);
  cache.peek('a', 0);
  await cache.get('a', 2);
  expect([0, 1, 2].map((frame) => cache.peek('a', frame) !== undefined)).toEqual([true, false, true]);
});

it('does not keep a frame of a file that was closed while it came', async () => {
  const cache = new FrameCache(client());
  const coming = cache.get('a', 0);
  cache.forget('a');
  await coming;
  expect(cache.peek('a', 0)).toBeUndefined();
});

it('takes a request back once nobody waits for it', async () => {
  const main = new FakeClient({ 'images.frame': () => new Promise(() => undefined) });
  const cache = new FrameCache(main);
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [cache.get('a', 0, one.signal), cache.get('a', 0, two.signal)];
  const told = () => main.calls.map(({ signal }) => signal?.aborted);
  one.abort();
  await expect(waiting[0]).rejects.toMatchObject({ code: 'request.cancelled' });
  expect(told()).toEqual([false]);
  two.abort();
  await expect(waiting[1]).rejects.toMatchObject({ code: 'request.cancelled' });
  expect(told()).toEqual([true]);
  void cache.get('a', 0);
  await vi.waitFor(() => expect(told()).toEqual([true, false]));
});

it('asks again after a failure', async () => {
  let broken = true;
  const main = new FakeClient({
    'images.frame': () => {
      if (broken) throw new Error('no');
      return frameOf(new Uint8Array(4));
    },
  });
  const cache = new FrameCache(main);
  await expect(cache.get('a', 0)).rejects.toThrow('no');
  broken = false;
  expect((await cache.get('a', 0)).columns).toBe(4);
});
