import { describe, expect, it } from 'vitest';
import { conformalCoverageInterval, logGamma, wilson } from './intervals.ts';

describe('Wilson interval', () => {
  it('agrees with published values', () => {
    // Newcombe 1998, table I, method 3.
    const published: [number, number, number, number][] = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [successes, total, low, high] of published) {
      const found = wilson(successes, total);
      expect(found.low).toBeCloseTo(low, 4);
      expect(found.high).toBeCloseTo(high, 4);
    }
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('coverage interval', () => {
  it('is the beta-binomial one in a case that can be counted', () => {
    // n = 1 calibrated, coverage 0.5: a = b = 1, so 0..m covered of m are equally probable.
    expect(conformalCoverageInterval(1, 99, 0.5)).toEqual({ low: 2 / 99, high: 97 / 99 });
  });

  it('comes near the normal approximation for many', () => {
    const { low, high } = conformalCoverageInterval(576, 540, 0.9);
    const half = 1.96 * Math.sqrt(0.9 * 0.1 * (1 / 576 + 1 / 540));
    expect(low).toBeCloseTo(0.9 - half, 2);
    expect(high).toBeCloseTo(0.9 + half, 2);
  });

  it('is certain where every class is in every set', () => {
    expect(conformalCoverageInterval(5, 100, 0.99)).toEqual({ low: 1, high: 1 });
  });
});

it('knows the gamma function', () => {
  expect(logGamma(1)).toBeCloseTo(0, 12);
  expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 10);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
});
