import { expect, it } from 'vitest';
import { auroc } from './auroc.ts';
import { operatingPoints } from './operating-points.ts';

const image = (p: number, label: number) => ({ probabilities: [1 - p, p], label });

it('chooses thresholds by what they do', () => {
  const images = [image(0.9, 1), image(0.8, 1), image(0.7, 0), image(0.6, 1), image(0.2, 0), image(0.1, 0)];
  const points = operatingPoints(images, 2).filter(({ classIndex }) => classIndex === 1);
  const found = points.map(({ criterion, threshold, sensitivity, specificity }) => [
    criterion,
    threshold,
    sensitivity.value,
    specificity.value,
  ]);
  expect(found).toEqual([
    ['youden', 0.8, 2 / 3, 1],
    ['sensitivity-95', 0.6, 1, 2 / 3],
    ['specificity-95', 0.8, 2 / 3, 1],
  ]);
  expect(points[0]!.sensitivity.low).toBeGreaterThan(0);
  expect(points[0]!.specificity.high).toBeCloseTo(1, 12);
});

it('has none for a class that no image shows', () => {
  expect(operatingPoints([image(0.9, 1)], 2)).toEqual([]);
});

it('knows the area under the curve, ties counting half', () => {
  expect(auroc([1, 2, 3], [2, 4])).toBe((1.5 + 3) / 6);
  expect(auroc([0], [1])).toBe(1);
  expect(auroc([1, 1], [1])).toBe(0.5);
});
