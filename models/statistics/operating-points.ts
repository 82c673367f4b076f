import type { LabelledProbabilities } from './labelled.ts';
import { wilson, type Interval } from './intervals.ts';

export interface Share extends Interval {
  value: number;
}

export const OPERATING_CRITERIA = ['youden', 'sensitivity-95', 'specificity-95'] as const;

/** A threshold of one class's probability against all others, and what it does. */
export interface OperatingPoint {
  classIndex: number;
  /** What it was chosen by. */
  criterion: (typeof OPERATING_CRITERIA)[number];
  /** The class is called present from this probability on. */
  threshold: number;
  sensitivity: Share;
  specificity: Share;
}

interface Counts {
  threshold: number;
  truePositives: number;
  falsePositives: number;
}

const TARGET = 0.95;

/**
 * Operating points of each class against the rest: at the largest sensitivity + specificity - 1 (Youden 1950), and the
 * last ones that keep a sensitivity or a specificity of 95 %; shares with Wilson's intervals. A class that is
 * always or never true has none.
 */
export function operatingPoints(images: readonly LabelledProbabilities[], classes: number): OperatingPoint[] {
  return Array.from({ length: classes }, (_, k) => pointsOf(images, k)).flat();
}

function pointsOf(images: readonly LabelledProbabilities[], classIndex: number): OperatingPoint[] {
  const positives = images.filter(({ label }) => label === classIndex).length;
  const negatives = images.length - positives;
  if (positives === 0 || negatives === 0) return [];

  const curve = thresholds(images, classIndex);
  const sensitivity = ({ truePositives }: Counts) => truePositives / positives;
  const specificity = ({ falsePositives }: Counts) => (negatives - falsePositives) / negatives;
  const best = (score: (counts: Counts) => number): Counts =>
    curve.reduce((found, counts) => (score(counts) > score(found) ? counts : found));
  const point = (criterion: OperatingPoint['criterion'], counts: Counts): OperatingPoint => ({
    classIndex,
    criterion,
    threshold: counts.threshold,
    sensitivity: { value: sensitivity(counts), ...wilson(counts.truePositives, positives) },
    specificity: { value: specificity(counts), ...wilson(negatives - counts.falsePositives, negatives) },
  });
  return [
    point(
      'youden',
      best((counts) => sensitivity(counts) + specificity(counts)),
    ),
    point(
      'sensitivity-95',
      best((counts) => (sensitivity(counts) >= TARGET ? specificity(counts) : -1)),
    ),
    point(
      'specificity-95',
      best((counts) => (specificity(counts) >= TARGET ? sensitivity(counts) : -1)),
    ),
  ];
}

/** The ROC curve from the strictest threshold on: one point per distinct probability, after one that calls nothing. */
function thresholds(images: readonly LabelledProbabilities[], classIndex: number): Counts[] {
  const sorted = images
    .map(({ probabilities, label }) => ({ p: probabilities[classIndex]!, positive: label === classIndex }))
    .sort((a, b) => b.p - a.p);
  const curve: Counts[] = [{ threshold: 1, truePositives: 0, falsePositives: 0 }];
  for (const { p, positive } of sorted) {
    const last = curve.at(-1)!;
    const counts = last.threshold === p ? last : { ...last, threshold: p };
    if (counts !== last) curve.push(counts);
    if (positive) counts.truePositives += 1;
    else counts.falsePositives += 1;
  }
  return curve;
}
