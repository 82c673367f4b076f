/**
 * Adaptive prediction sets (Romano, Sesia and Candès 2020, "Classification with Valid and Adaptive Coverage"): classes
 * from the most probable one on, until the probability that is gathered before the next exceeds a limit. The limit comes from
 * labelled images, so that the set holds the true class with the coverage asked for, whatever the probabilities are worth.
 *
 * The form without randomness (their u = 0): the same image always gets the same set, and no set is empty.
 */
import type { LabelledProbabilities } from './labelled.ts';
import { conformalQuantile } from './quantile.ts';

/** Largest score per class that is let into a set: the same for all (marginal), or one for each (per class). */
export type Limits = readonly number[];

/** Score of every class: the probability of all that are more probable. 0 for the most probable one. */
export function adaptiveScores(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, k) => k).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  const scores = Array<number>(probabilities.length).fill(0);
  let before = 0;
  for (const k of order) {
    scores[k] = before;
    before += probabilities[k]!;
  }
  return scores;
}

/**
 * The limit with which sets hold the true class of a share `coverage` of all images, one entry per class.
 *
 * @returns Infinity (every class in every set) where the images are too few
 */
export function marginalLimits(images: readonly LabelledProbabilities[], coverage: number, classes: number): number[] {
  const limit = conformalQuantile(
    images.map(({ probabilities, label }) => adaptiveScores(probabilities)[label]!),
    coverage,
  );
  return Array<number>(classes).fill(limit);
}

/** Limits with which sets hold the true class of a share `coverage` of the images of each class (Vovk 2012, Mondrian). */
export function classLimits(images: readonly LabelledProbabilities[], coverage: number, classes: number): number[] {
  return Array.from({ length: classes }, (_, k) => {
    const own = images.filter(({ label }) => label === k);
    return conformalQuantile(
      own.map(({ probabilities }) => adaptiveScores(probabilities)[k]!),
      coverage,
    );
  });
}

/** Probabilities of one image on different devices differ in the seventh digit: a class on the limit is in. */
const ROUNDING = 1e-9;

/** Indices of the classes in the set, the most probable first. */
export function predictionSet(probabilities: readonly number[], limits: Limits): number[] {
  const scores = adaptiveScores(probabilities);
  return scores
    .map((_, k) => k)
    .filter((k) => scores[k]! <= limits[k]! + ROUNDING)
    .sort((a, b) => scores[a]! - scores[b]!);
}
