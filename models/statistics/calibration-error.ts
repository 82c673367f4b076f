import { indexOfLargest } from '../hifuse/probabilities.ts';
import type { Random } from '../random.ts';
import type { LabelledProbabilities } from './labelled.ts';
import { middle95, type Interval } from './intervals.ts';

export const BINS = 15;

/** Answers in one fifteenth of the range of confidence. */
export interface ReliabilityBin {
  count: number;
  /** Mean probability of the most probable class. */
  confidence: number;
  /** Share of answers that were right. */
  accuracy: number;
}

/** Reliability diagram of the most probable class; bins are equally wide, (0, 1/15] and so on. */
export function reliability(images: readonly LabelledProbabilities[]): ReliabilityBin[] {
  return binned(
    images.map(({ probabilities }) => Math.max(...probabilities)),
    images.map(({ probabilities, label }) => indexOfLargest(probabilities) === label),
  );
}

/** `weights`: how often each answer counts; once if left out. */
function binned(
  confidences: ArrayLike<number>,
  right: ArrayLike<boolean>,
  weights: ArrayLike<number> | null = null,
): ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, accuracy: 0 }));
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i]!;
    const weight = weights ? weights[i]! : 1;
    const bin = bins[Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1))]!;
    bin.count += weight;
    bin.confidence += weight * confidence;
    if (right[i]) bin.accuracy += weight;
  }
  return bins.map(({ count, confidence, accuracy }) => ({
    count,
    confidence: count && confidence / count,
    accuracy: count && accuracy / count,
  }));
}

function errorOf(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence), 0);
}

/** Expected calibration error of the most probable class, 15 bins (Naeini et al. 2015; Guo et al. 2017). */
export function expectedCalibrationError(images: readonly LabelledProbabilities[]): number {
  return errorOf(reliability(images));
}

/** The same of answers by confidence and rightness, each counting as often as its weight says. */
export function weightedCalibrationError(
  confidences: ArrayLike<number>,
  right: ArrayLike<boolean>,
  weights: ArrayLike<number>,
): number {
  return errorOf(binned(confidences, right, weights));
}

/**
 * The calibration errors that a perfectly calibrated model shows at these confidences, since the images are finite in
 * number: answers are drawn to be right with just their confidence (consistency resampling, Bröcker and Smith 2007).
 *
 * @returns the middle 95 %
 */
export function consistencyInterval(
  images: readonly LabelledProbabilities[],
  random: Random,
  resamples = 1000,
): Interval {
  const confidences = images.map(({ probabilities }) => Math.max(...probabilities));
  const errors = Array.from({ length: resamples }, () => {
    const drawn = confidences.map(() => confidences[Math.floor(random() * confidences.length)]!);
    return errorOf(
      binned(
        drawn,
        drawn.map((confidence) => random() < confidence),
      ),
    );
  });
  return middle95(errors);
}
