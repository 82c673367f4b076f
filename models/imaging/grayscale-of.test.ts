import { expect, it } from 'vitest';
import { grayscaleOf } from './grayscale-of.ts';
import { frameOf } from './testing/frames.ts';
import { applyVoi } from './voi.ts';

it('takes grey that is stored as RGB for grayscale, shown as before until it is windowed', () => {
  const grey = grayscaleOf(frameOf(3, 1, Uint8Array.of(10, 10, 10, 0, 0, 0, 200, 200, 200)))!;
  expect([grey.colour, grey.minimum, grey.maximum]).toEqual(['grayscale', 0, 200]);
  expect([...applyVoi(grey)]).toEqual([10, 0, 200]);
  const windowed = applyVoi(grey, { kind: 'window', function: 'LINEAR', center: 100.5, width: 2, explanation: '' });
  expect([...windowed]).toEqual([0, 0, 255]);
});

it('leaves colour as it is, and what a profile shows as other greys', () => {
  expect(grayscaleOf(frameOf(2, 1, Uint8Array.of(10, 10, 10, 10, 10, 11)))).toBeNull();
  const profiled = { displayPixels: Uint8Array.of(9, 9, 9, 0, 0, 0) };
  expect(grayscaleOf(frameOf(2, 1, Uint8Array.of(10, 10, 10, 0, 0, 0), profiled))).toBeNull();
  expect(grayscaleOf(frameOf(3, 1, Uint8Array.of(10, 10, 10)))).toBeNull();
});
