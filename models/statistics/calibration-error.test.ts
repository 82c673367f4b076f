import { describe, expect, it } from 'vitest';
import { randomFrom } from '../random.ts';
import { consistencyInterval, expectedCalibrationError, reliability } from './calibration-error.ts';
import type { LabelledProbabilities } from './labelled.ts';

const answer = (confidence: number, right: boolean): LabelledProbabilities => ({
  probabilities: [confidence, 1 - confidence],
  label: right ? 0 : 1,
});

describe('expected calibration error', () => {
  it('weighs the differences of the bins by their counts', () => {
    // 3 answers at 0.8, of which 2 are right, and 1 at 0.55, which is wrong.
    const images = [answer(0.8, true), answer(0.8, true), answer(0.8, false), answer(0.55, false)];
    expect(expectedCalibrationError(images)).toBeCloseTo((3 / 4) * Math.abs(2 / 3 - 0.8) + (1 / 4) * 0.55, 12);
    const bins = reliability(images).filter(({ count }) => count > 0);
    expect(bins.map(({ count }) => count)).toEqual([1, 3]);
  });

  it('takes certainty into the last bin', () => {
    expect(reliability([answer(1, true)]).at(-1)).toEqual({ count: 1, confidence: 1, accuracy: 1 });
  });
});

describe('consistency resampling', () => {
  const random = randomFrom(6);
  const images = (bias: number) =>
    Array.from({ length: 500 }, () => {
      const confidence = 0.5 + 0.5 * random();
      return answer(confidence, random() < confidence - bias);
    });

  it('holds the error of a calibrated model and not that of an overconfident one', () => {
    const calibrated = images(0);
    const overconfident = images(0.15);
    expect(expectedCalibrationError(calibrated)).toBeLessThan(consistencyInterval(calibrated, randomFrom(7)).high);
    expect(expectedCalibrationError(overconfident)).toBeGreaterThan(
      consistencyInterval(overconfident, randomFrom(7)).high,
    );
  });
});
