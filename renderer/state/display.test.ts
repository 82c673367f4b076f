import { expect, it } from 'vitest';
import type { Frame } from '../../main/ipc/contract.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { frameOf } from '../testing/samples.ts';
import { Display } from './display.svelte.ts';
import { FrameCache } from './frame-cache.ts';

it('shows the frame that was asked for last, whichever comes first', async () => {
  const answers = new Map<number, (frame: Frame) => void>();
  const main = new FakeClient({
    'images.frame': ({ frame }) => new Promise((resolve) => answers.set(frame, resolve)),
  });
  const display = new Display(new FrameCache(main));
  const first = display.show({ imageId: 'a', frame: 0 });
  const second = display.show({ imageId: 'a', frame: 1 });
  answers.get(1)!(frameOf(new Uint8Array(1)));
  await second;
  answers.get(0)!(frameOf(new Uint8Array(2)));
  await first;
  expect([display.shown?.frame, display.loading]).toEqual([1, false]);
});

it('keeps the slice before on the screen, but never an image of another series', async () => {
  const main = new FakeClient({ 'images.frame': () => frameOf(new Uint8Array(1)) });
  const display = new Display(new FrameCache(main));
  await display.show({ imageId: 'a', frame: 0 }, 'series 1');
  const next = display.show({ imageId: 'b', frame: 0 }, 'series 1');
  expect(display.shown?.imageId).toBe('a');
  await next;
  const other = display.show({ imageId: 'c', frame: 0 }, 'series 2');
  expect(display.shown).toBeNull();
  await other;
  expect(display.shown?.imageId).toBe('c');
});

it('takes an image away when the next one fails, so that it cannot pass for it', async () => {
  const main = new FakeClient({
    'images.frame': ({ imageId }) => {
      if (imageId === 'bad') throw new Error('cut off');
      return frameOf(new Uint8Array(1));
    },
  });
  const display = new Display(new FrameCache(main));
  await display.show({ imageId: 'good', frame: 0 });
  expect(display.shown?.imageId).toBe('good');
  await display.show({ imageId: 'bad', frame: 0 });
  expect([display.shown, display.error?.message]).toEqual([null, 'cut off']);
});
