import { describe, expect, it } from 'vitest';
import { indexOfLargest, probabilities } from './probabilities.ts';

describe('probabilities', () => {
  it('are the softmax of the logits', () => {
    const found = probabilities([1, 2, 3]);
    // e^1, e^2, e^3 over their sum.
    [0.09003057317038046, 0.24472847105479764, 0.6652409557748218].forEach((wanted, i) => {
      expect(found[i]).toBeCloseTo(wanted, 14);
    });
  });

  it('are divided by the temperature before, which keeps the order and draws them together', () => {
    const plain = probabilities([0, 4]);
    const calibrated = probabilities([0, 4], 2);
    expect(calibrated[1]).toBeCloseTo(1 / (1 + Math.exp(-2)), 14);
    expect(calibrated[1]!).toBeLessThan(plain[1]!);
  });

  it('do not overflow', () => {
    expect(probabilities([1000, 0])).toEqual([1, 0]);
    expect(probabilities([-1000, -1000])).toEqual([0.5, 0.5]);
  });
});

describe('indexOfLargest', () => {
  it('takes the first of equals', () => {
    expect(indexOfLargest([1, 3, 3, 2])).toBe(1);
    expect(indexOfLargest([5])).toBe(0);
  });
});
