import { expect, it } from 'vitest';
import { conformalQuantile, quantile } from './quantile.ts';

it('interpolates between neighbours as NumPy does', () => {
  // numpy.quantile([3, 1, 2, 10], [0, 0.25, 0.5, 0.9, 1])
  const found = [0, 0.25, 0.5, 0.9, 1].map((share) => quantile([3, 1, 2, 10], share));
  [1, 1.75, 2.5, 7.9, 10].forEach((wanted, i) => {
    expect(found[i]).toBeCloseTo(wanted, 12);
  });
  expect(quantile([], 0.5)).toBeNaN();
});

it('takes the ceil((n + 1) coverage)-th smallest score', () => {
  const scores = Array.from({ length: 19 }, (_, i) => 19 - i);
  expect(conformalQuantile(scores, 0.9)).toBe(18);
  expect(conformalQuantile(scores, 0.95)).toBe(19);
  expect(conformalQuantile(scores, 0.96)).toBe(Infinity);
  // (9 + 1) * 0.9 is 9.000000000000002 in some orders of evaluation.
  expect(conformalQuantile([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.9)).toBe(9);
  expect(conformalQuantile([], 0.5)).toBe(Infinity);
});
