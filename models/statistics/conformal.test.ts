import { describe, expect, it } from 'vitest';
import { randomFrom, type Random } from '../random.ts';
import { adaptiveScores, classLimits, marginalLimits, predictionSet } from './conformal.ts';
import { conformalCoverageInterval } from './intervals.ts';
import type { LabelledProbabilities } from './labelled.ts';

/** Probabilities that are worth nothing in themselves: the label follows others. */
function draw(random: Random, count: number): LabelledProbabilities[] {
  return Array.from({ length: count }, () => {
    const weights = [random() ** 3, random() ** 3, random() ** 3];
    const sum = weights[0]! + weights[1]! + weights[2]!;
    const label = random() < 0.3 ? Math.floor(3 * random()) : weights.indexOf(Math.max(...weights));
    return { probabilities: weights.map((weight) => weight / sum), label };
  });
}

const coverage = (images: readonly LabelledProbabilities[], limits: readonly number[]): number =>
  images.filter(({ probabilities, label }) => predictionSet(probabilities, limits).includes(label)).length /
  images.length;

describe('adaptive prediction sets', () => {
  it('score a class by what is more probable', () => {
    const scores = adaptiveScores([0.2, 0.7, 0.1]);
    [0.7, 0, 0.9].forEach((wanted, k) => {
      expect(scores[k]).toBeCloseTo(wanted, 12);
    });
  });

  it('hold the most probable class always, others up to the limit, the most probable first', () => {
    expect(predictionSet([0.2, 0.7, 0.1], [0, 0, 0])).toEqual([1]);
    expect(predictionSet([0.2, 0.7, 0.1], [0.7, 0.7, 0.7])).toEqual([1, 0]);
    expect(predictionSet([0.2, 0.7, 0.1], [0.1, 0.1, 0.95])).toEqual([1, 2]);
    expect(predictionSet([0.2, 0.7, 0.1], [Infinity, Infinity, Infinity])).toEqual([1, 0, 2]);
  });

  it('cover new images as promised, over all of them and within each class', () => {
    const random = randomFrom(5);
    const [calibration, fresh] = [draw(random, 1500), draw(random, 4000)];
    const within = (found: number, calibrated: number, tested: number) => {
      const { low, high } = conformalCoverageInterval(calibrated, tested, 0.9);
      expect(found).toBeGreaterThanOrEqual(low);
      expect(found).toBeLessThanOrEqual(high);
    };
    within(coverage(fresh, marginalLimits(calibration, 0.9, 3)), calibration.length, fresh.length);
    const limits = classLimits(calibration, 0.9, 3);
    for (const k of [0, 1, 2]) {
      const own = fresh.filter(({ label }) => label === k);
      within(coverage(own, limits), calibration.filter(({ label }) => label === k).length, own.length);
    }
  });

  it('hold every class where the images are too few to promise anything', () => {
    const limits = classLimits([{ probabilities: [0.9, 0.1], label: 0 }], 0.9, 2);
    expect(predictionSet([0.99, 0.01], limits)).toEqual([0, 1]);
  });
});
