import { describe, expect, it } from 'vitest';
import { randomFrom } from '../random.ts';
import { probabilities } from '../hifuse/probabilities.ts';
import type { Labelled } from './labelled.ts';
import { fitTemperature, negativeLogLikelihood } from './temperature.ts';

describe('negative log-likelihood', () => {
  it('is the mean of -ln p of the label', () => {
    const images = [
      { logits: [0, 0], label: 0 },
      { logits: [Math.log(3), 0], label: 1 },
    ];
    expect(negativeLogLikelihood(images)).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 12);
    expect(negativeLogLikelihood([{ logits: [1000, 0], label: 1 }])).toBe(1000);
  });
});

describe('temperature', () => {
  it('has the closed form where all images have the same logits', () => {
    // 9 of 10 right at logits (z, 0): the best probability is 0.9, so z / T = ln 9.
    const images = Array.from({ length: 10 }, (_, i): Labelled => ({ logits: [5, 0], label: i === 0 ? 1 : 0 }));
    expect(fitTemperature(images)).toBeCloseTo(5 / Math.log(9), 9);
  });

  it('finds the temperature that made the labels, and nothing near it is better', () => {
    const random = randomFrom(4);
    const images = Array.from({ length: 4000 }, (): Labelled => {
      const logits = [6 * random(), 6 * random(), 6 * random()];
      const draw = random();
      const [a, b] = probabilities(logits, 1.7);
      return { logits, label: draw < a! ? 0 : draw < a! + b! ? 1 : 2 };
    });
    const found = fitTemperature(images);
    expect(found).toBeGreaterThan(1.55);
    expect(found).toBeLessThan(1.85);
    const best = negativeLogLikelihood(images, found);
    for (const other of [1, found * 0.99, found * 1.01]) {
      expect(negativeLogLikelihood(images, other)).toBeGreaterThan(best);
    }
  });

  it('stays within its range where the labels are all right or all wrong', () => {
    expect(fitTemperature([{ logits: [3, 0], label: 0 }])).toBeCloseTo(0.05, 6);
    expect(fitTemperature([{ logits: [3, 0], label: 1 }])).toBeCloseTo(20, 6);
  });
});
