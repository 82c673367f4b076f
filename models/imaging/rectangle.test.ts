import { expect, test } from 'vitest';
import { leavesOut, scaleRectangle } from './rectangle.ts';

const image = { width: 300, height: 200 };

test.each([
  [{ left: 0, top: 0, width: 300, height: 200 }, false],
  [{ left: -5, top: -5, width: 400, height: 300 }, false],
  [{ left: 0, top: 0, width: 299, height: 200 }, true],
  [{ left: 1, top: 0, width: 299, height: 200 }, true],
  [{ left: 0, top: 0.5, width: 300, height: 199.5 }, true],
])('%j leaves something out: %s', (rectangle, expected) => {
  expect(leavesOut(rectangle, image)).toBe(expected);
});

test('what scaling loses is no part', () => {
  const there = scaleRectangle({ left: 0, top: 0, width: 300, height: 200 }, 224 / 300, 224 / 200);
  expect(leavesOut(scaleRectangle(there, 300 / 224, 200 / 224), image)).toBe(false);
});
