/**
 * How far a vector of features lies from those of a reference, in standard deviations along each direction (Mahalanobis
 * 1936; for networks Lee et al. 2018, "A Simple Unified Framework for Detecting Out-of-Distribution Samples and
 * Adversarial Attacks").
 */

/** A normal distribution of `mean.length` features. */
export interface Gaussian {
  mean: Float64Array;
  /** Lower triangular, row after row without the zeros: (x - mean) times it has the identity as covariance. */
  whitening: Float64Array;
}

/** Entries of a lower triangle with so many rows. */
export const triangle = (rows: number): number => (rows * (rows + 1)) / 2;

/**
 * Mean and covariance of samples. Each feature is scaled to a variance of 1, and the covariance of that is shrunk towards the
 * identity: (1 - shrinkage) C + shrinkage I (Ledoit and Wolf 2004, with a given weight), so that directions in which the
 * reference hardly varies do not decide alone.
 *
 * @param samples at least two, of one length
 * @param shrinkage above 0, at most 1
 */
export function fitGaussian(samples: readonly ArrayLike<number>[], shrinkage: number): Gaussian {
  const features = samples[0]!.length;
  const mean = new Float64Array(features);
  for (const sample of samples) for (let i = 0; i < features; i++) mean[i]! += sample[i]! / samples.length;

  const covariance = new Float64Array(triangle(features));
  const centred = new Float64Array(features);
  for (const sample of samples) {
    for (let i = 0; i < features; i++) centred[i] = sample[i]! - mean[i]!;
    for (let i = 0, at = 0; i < features; i++) {
      const value = centred[i]!;
      for (let j = 0; j <= i; j++) covariance[at++]! += value * centred[j]!;
    }
  }
  const deviations = Float64Array.from({ length: features }, (_, i) => {
    const variance = covariance[triangle(i + 1) - 1]! / (samples.length - 1);
    // A feature that never varies tells nothing; any deviation of it is measured in units of its own size.
    return Math.sqrt(variance) || Math.abs(mean[i]!) || 1;
  });
  for (let i = 0, at = 0; i < features; i++) {
    for (let j = 0; j <= i; j++, at++) {
      const correlation = covariance[at]! / (samples.length - 1) / deviations[i]! / deviations[j]!;
      covariance[at] = (1 - shrinkage) * correlation + (i === j ? shrinkage : 0);
    }
  }

  const whitening = invertTriangle(cholesky(covariance, features), features);
  for (let i = 0, at = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) whitening[at++]! /= deviations[j]!;
  }
  return { mean, whitening };
}

/** The squared Mahalanobis distance; its mean over the reference is about the number of features. */
export function squaredDistance({ mean, whitening }: Gaussian, features: ArrayLike<number>): number {
  const centred = Float64Array.from(mean, (value, i) => features[i]! - value);
  let sum = 0;
  for (let i = 0, at = 0; i < centred.length; i++) {
    let coordinate = 0;
    for (let j = 0; j <= i; j++) coordinate += whitening[at++]! * centred[j]!;
    sum += coordinate ** 2;
  }
  return sum;
}

/** L with L L^T = the symmetric positive definite matrix, of which the lower triangle is given. */
export function cholesky(matrix: Float64Array, rows: number): Float64Array {
  const l = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++) {
    const rowI = triangle(i);
    for (let j = 0; j <= i; j++) {
      const rowJ = triangle(j);
      let sum = matrix[rowI + j]!;
      for (let k = 0; k < j; k++) sum -= l[rowI + k]! * l[rowJ + k]!;
      l[rowI + j] = i === j ? Math.sqrt(sum) : sum / l[rowJ + j]!;
    }
  }
  return l;
}

/** The inverse of a lower triangular matrix, which is lower triangular, too. */
export function invertTriangle(l: Float64Array, rows: number): Float64Array {
  const inverse = new Float64Array(l.length);
  for (let i = 0; i < rows; i++) {
    const row = triangle(i);
    const diagonal = l[row + i]!;
    inverse[row + i] = 1 / diagonal;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += l[row + k]! * inverse[triangle(k) + j]!;
      inverse[row + j] = -sum / diagonal;
    }
  }
  return inverse;
}
