/**
 * Probabilities of the classes from their logits: softmax(logits / temperature), in float64.
 *
 * @param logits one per class
 * @param temperature of the calibration (Guo et al. 2017, "On Calibration of Modern Neural Networks"); 1 leaves the
 *   network's own probabilities
 * @returns one per class, 0..1, summing to 1; NaN throughout where a logit is NaN
 */
export function probabilities(logits: ArrayLike<number>, temperature = 1): number[] {
  const scaled = Array.from(logits, (logit) => logit / temperature);
  const largest = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = scaled.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

/** Index of the largest value; the first of equals. */
export function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}
