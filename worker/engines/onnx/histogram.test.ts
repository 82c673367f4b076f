import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';
import { activationScale, quantizeRows } from './quantization.ts';

/** Uniform in [-1, 3), and one value far out. */
function withOutlier(): Histogram {
  const histogram = new Histogram();
  histogram.add(Float32Array.from({ length: 40_000 }, (_, i) => (i / 10_000) % 4).map((value) => value - 1));
  histogram.add(Float32Array.of(100));
  return histogram;
}

test('keeps the extremes through every doubling of its reach', () => {
  const [minimum, maximum] = withOutlier().range();
  expect(minimum).toBe(-1);
  expect(maximum).toBe(100);
});

test('a percentile leaves the outlier out', () => {
  const [low, high] = withOutlier().percentile(1e-3);
  expect(low).toBeCloseTo(-1, 1);
  expect(high).toBeCloseTo(3, 0);
});

test('the range of least error cuts what is rare where that saves more than it costs', () => {
  const [low, high] = withOutlier().leastError();
  expect(low).toBeLessThan(-0.9);
  expect(high).toBeLessThan(100);
  expect(high).toBeGreaterThan(2.9);
});

test('zero is exact, and both ends are within half a step', () => {
  for (const range of [
    [-1, 3],
    [0, 5],
    [-2, 0],
    [0.5, 2],
  ] as const) {
    const { scale, zeroPoint } = activationScale(range);
    expect(Number.isInteger(zeroPoint)).toBe(true);
    expect((0 - zeroPoint) * scale).toBeLessThanOrEqual(Math.min(range[0], 0) + scale / 2);
    expect((255 - zeroPoint) * scale).toBeGreaterThanOrEqual(range[1] - scale / 2);
  }
});

test('each row of weights has its own scale, and a row of zeros stays zeros', () => {
  const { values, scales } = quantizeRows(Float32Array.of(1, -2, 0.5, 0, 0, 0, 10, 5, -10), 3);
  expect([...values]).toEqual([64, -127, 32, 0, 0, 0, 127, 64, -127]);
  expect(scales[0]).toBeCloseTo(2 / 127);
  expect(scales[2]).toBeCloseTo(10 / 127);
});

test.each([Infinity, -Infinity, NaN])('refuses %f, for which no range is wide enough', (value) => {
  expect(() => {
    new Histogram().add(Float32Array.of(1, value, 2));
  }).toThrow(expect.objectContaining({ code: 'engine.failed' }));
});
