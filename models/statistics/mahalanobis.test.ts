import { describe, expect, it } from 'vitest';
import { gaussian, randomFrom } from '../random.ts';
import { cholesky, fitGaussian, invertTriangle, squaredDistance, triangle } from './mahalanobis.ts';

describe('Mahalanobis distance', () => {
  it('is that of the closed form for two features', () => {
    // Mean (1, 2); the covariance of the samples is [[4/3, 2/3], [2/3, 4/3]] (n - 1), so their correlation is 1/2.
    const samples = [
      [0, 1],
      [2, 3],
      [0, 2],
      [2, 2],
    ];
    const [varianceX, varianceY, covariance] = [4 / 3, 2 / 3, 2 / 3];
    const shrinkage = 0.25;
    const shrunk = (1 - shrinkage) * covariance;
    const determinant = varianceX * varianceY - shrunk ** 2;
    const found = fitGaussian(samples, shrinkage);
    expect([...found.mean]).toEqual([1, 2]);
    for (const [x, y] of [
      [3, -1],
      [1, 2],
      [-4, 7],
    ] as const) {
      const [dx, dy] = [x - 1, y - 2];
      const wanted = (varianceY * dx ** 2 - 2 * shrunk * dx * dy + varianceX * dy ** 2) / determinant;
      expect(squaredDistance(found, [x, y])).toBeCloseTo(wanted, 10);
    }
  });

  it('does not change with the unit of a feature', () => {
    const random = randomFrom(1);
    const samples = Array.from({ length: 50 }, () => [gaussian(random), gaussian(random), gaussian(random)]);
    const scale = (x: readonly number[]) => [x[0]!, 1000 * x[1]!, 0.001 * x[2]!];
    const point = [0.3, -2, 1];
    const plain = squaredDistance(fitGaussian(samples, 0.1), point);
    expect(squaredDistance(fitGaussian(samples.map(scale), 0.1), scale(point))).toBeCloseTo(plain, 8);
  });

  it('is the number of features on average over the reference, without shrinkage', () => {
    const random = randomFrom(2);
    const samples = Array.from({ length: 2000 }, () => {
      const common = gaussian(random);
      return Array.from({ length: 5 }, () => gaussian(random) + common);
    });
    const fitted = fitGaussian(samples, 1e-9);
    const mean = samples.reduce((sum, sample) => sum + squaredDistance(fitted, sample), 0) / samples.length;
    expect(mean).toBeCloseTo(5 * (1999 / 2000), 4);
  });

  it('stays finite where a feature never varies or repeats another', () => {
    const random = randomFrom(3);
    const samples = Array.from({ length: 20 }, () => {
      const value = gaussian(random);
      return [value, value, 7];
    });
    const fitted = fitGaussian(samples, 0.1);
    expect(squaredDistance(fitted, [0, 0, 7])).toBeLessThan(20);
    expect(squaredDistance(fitted, [3, -3, 7])).toBeGreaterThan(50);
    expect(Number.isFinite(squaredDistance(fitted, [0, 0, 8]))).toBe(true);
  });
});

describe('triangular matrices', () => {
  it('factor and invert', () => {
    // Rosetta Code's example: [[25, 15, -5], [15, 18, 0], [-5, 0, 11]].
    const l = cholesky(Float64Array.of(25, 15, 18, -5, 0, 11), 3);
    expect([...l]).toEqual([5, 3, 3, -1, 1, 3]);
    const inverse = invertTriangle(l, 3);
    const at = (m: Float64Array, i: number, j: number) => (j > i ? 0 : m[triangle(i) + j]!);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const product = [0, 1, 2].reduce((sum, k) => sum + at(l, i, k) * at(inverse, k, j), 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });
});
