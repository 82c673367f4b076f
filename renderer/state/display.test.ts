import { expect, it } from 'vitest';
import type { Frame } from '../../main/ipc/contract.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { frameOf } from '../testing/samples.ts';
import { Display } from './display.svelte.ts';
import { FrameCache } from './frame-cache.ts';

const image = (frame: number) => ({ imageId: 'a', frame });

/** Frames that come when the test says so. */
function slow() {
  const answers = new Map<number, (frame: Frame) => void>();
  const main = new FakeClient({
    'images.frame': ({ frame }) => new Promise((resolve) => answers.set(frame, resolve)),
  });
  const display = new Display(new FrameCache(main));
  const answer = async (frame: number, asked: Promise<void>) => {
    answers.get(frame)!(frameOf(new Uint8Array(1)));
    await asked;
  };
  return { answer, answers, display };
}

it('shows the frame that was asked for last, whichever comes first', async () => {
  const { answer, display } = slow();
  const first = display.show(image(0));
  const second = display.show(image(1));
  await answer(1, second);
  await answer(0, first);
  expect([display.shown?.frame, display.loading]).toEqual([1, false]);
});

it('shows on the way what comes while the reader scrolls on, and takes back what was scrolled past', async () => {
  const { answer, answers, display } = slow();
  const first = display.show(image(0));
  const passed = display.show(image(1));
  const last = display.show(image(2));
  await passed;
  await answer(0, first);
  expect([display.shown?.frame, display.loading]).toEqual([0, true]);
  await answer(1, passed);
  expect(display.shown?.frame).toBe(0);
  await answer(2, last);
  expect([display.shown?.frame, display.loading]).toEqual([2, false]);
  expect(answers.size).toBe(3);
});

it('keeps the slice before on the screen until the next is here, but never across a clear', async () => {
  const main = new FakeClient({ 'images.frame': () => frameOf(new Uint8Array(1)) });
  const display = new Display(new FrameCache(main));
  await display.show({ imageId: 'a', frame: 0 });
  const next = display.show({ imageId: 'b', frame: 0 });
  expect(display.shown?.imageId).toBe('a');
  await next;
  expect(display.shown?.imageId).toBe('b');
  display.clear();
  const other = display.show({ imageId: 'c', frame: 0 });
  expect(display.shown).toBeNull();
  await other;
  expect(display.shown?.imageId).toBe('c');
});

it('does not show what was still on its way when it was cleared', async () => {
  const { answer, display } = slow();
  const asked = display.show(image(0));
  display.clear();
  await answer(0, asked);
  expect([display.shown, display.loading]).toEqual([null, false]);
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
  expect([display.shown, display.error?.code]).toEqual([null, 'internal']);
});
