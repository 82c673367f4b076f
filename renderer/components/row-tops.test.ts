import { expect, it } from 'vitest';
import { indexAt, rowTops } from './row-tops.ts';

it('finds rows of different heights', () => {
  const tops = rowTops([44, 58, 58, 44]);
  expect([...tops]).toEqual([0, 44, 102, 160, 204]);
  expect([-5, 0, 43, 44, 101, 102, 203, 204, 9999].map((at) => indexAt(tops, at))).toEqual([0, 0, 0, 1, 1, 2, 3, 3, 3]);
  expect(indexAt(rowTops([]), 10)).toBe(0);
});
