import { probabilities } from '../hifuse/probabilities.ts';
import type { Labelled } from './labelled.ts';

/** Mean negative logarithm of the probability of what is true, in nats. 0 is perfect; ln(classes) knows nothing. */
export function negativeLogLikelihood(images: readonly Labelled[], temperature = 1): number {
  let sum = 0;
  for (const { logits, label } of images) {
    const scaled = logits.map((logit) => logit / temperature);
    const largest = Math.max(...scaled);
    const logSum = largest + Math.log(scaled.reduce((total, value) => total + Math.exp(value - largest), 0));
    sum += logSum - scaled[label]!;
  }
  return sum / images.length;
}

/** Temperatures that a network can need; beyond them the labels have nothing to do with the answers. */
const RANGE = { smallest: 0.05, largest: 20 } as const;
const STEPS = 50;

/**
 * The temperature that makes the labels most likely: the root of d NLL / d(1/T) = mean over the images of
 * (sum of p_k z_k - z_label), which grows with 1/T, since NLL is convex in it (Guo et al. 2017, "On Calibration of Modern
 * Neural Networks"). Found by bisection.
 *
 * @returns within 0.05..20: an end of that range where the labels ask for more
 */
export function fitTemperature(images: readonly Labelled[]): number {
  const slope = (inverse: number): number =>
    images.reduce((sum, { logits, label }) => {
      const p = probabilities(logits, 1 / inverse);
      return sum + p.reduce((mean, value, k) => mean + value * logits[k]!, 0) - logits[label]!;
    }, 0);
  let [low, high] = [1 / RANGE.largest, 1 / RANGE.smallest];
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) > 0) high = middle;
    else low = middle;
  }
  return 1 / Math.sqrt(low * high);
}
