/** Targets of a batch: how much each class is the truth, [batch, classes], rows summing to 1 (mixed images have two). */
export interface Targets {
  data: Float32Array;
  classes: number;
}

export interface LossOptions {
  /** Weight of each class; null: all 1. */
  classWeights: readonly number[] | null;
  /** Share of the target that is spread over all classes, 0..1 (Szegedy et al. 2016). */
  labelSmoothing: number;
}

/**
 * Cross entropy as PyTorch's CrossEntropyLoss has it (mean over the batch, weighted by the true classes), as a matrix A:
 * loss = -sum(A * log softmax(logits)), so that its gradient is softmax * rowsum(A) - A.
 */
export function crossEntropyWeights(
  { data, classes }: Targets,
  { classWeights, labelSmoothing }: LossOptions,
): Float32Array {
  const weight = (c: number): number => classWeights?.[c] ?? 1;
  const total = data.reduce((sum, share, i) => sum + share * weight(i % classes), 0);
  return data.map((share, i) => {
    const smoothed = share * (1 - labelSmoothing) + labelSmoothing / classes;
    return (smoothed * weight(i % classes)) / total;
  });
}

/**
 * The loss of a batch and its gradient with respect to the logits, in double precision.
 *
 * @param logits [batch, classes]
 * @param weights of {@link crossEntropyWeights}
 */
export function crossEntropy(
  logits: Float32Array,
  weights: Float32Array,
  classes: number,
): { loss: number; gradient: Float32Array } {
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const largest = Math.max(...row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    const rowWeight = weights.subarray(start, start + classes).reduce((a, b) => a + b, 0);
    for (const [c, logit] of row.entries()) {
      const logProbability = logit - largest - Math.log(sum);
      loss -= weights[start + c]! * logProbability;
      gradient[start + c] = Math.exp(logProbability) * rowWeight - weights[start + c]!;
    }
  }
  return { loss, gradient };
}
