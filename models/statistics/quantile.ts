/**
 * The share-quantile of a sample with linear interpolation between neighbours (Hyndman and Fan 1996, type 7; NumPy's
 * and R's default).
 *
 * @param share 0..1
 * @returns NaN of an empty sample
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * The ceil((n + 1) coverage)-th smallest of n scores: a new score from where these came from is at most so large with a
 * probability of at least `coverage` (Vovk et al. 2005; Angelopoulos and Bates 2021, "A Gentle Introduction to Conformal
 * Prediction", section 1).
 *
 * @returns Infinity where n is too small to promise that
 */
export function conformalQuantile(scores: ArrayLike<number>, coverage: number): number {
  const sorted = Float64Array.from(scores).sort();
  // Rounding makes 0.9 * 10 slightly more or less than 9.
  const rank = Math.ceil((sorted.length + 1) * coverage - 1e-9);
  return rank > sorted.length ? Infinity : sorted[Math.max(rank, 1) - 1]!;
}
