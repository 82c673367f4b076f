import { weightedCalibrationError } from '../statistics/calibration-error.ts';
import { rankingQuality, type RankingQuality } from '../statistics/ranking.ts';
import type { PreparedCases } from './cases.ts';

/** A probability of zero costs no more than this one (the smallest step of a double): a single case shall not cost infinity. */
const LEAST_PROBABILITY = Number.EPSILON;

/** One class against all others. A share is null where there is nothing to divide by. */
export interface ClassMetrics extends RankingQuality {
  /** Cases of the class. */
  n: number;
  /** Of those called so, the share that is. */
  precision: number | null;
  /** Of those that are, the share called so: sensitivity. */
  recall: number | null;
  /** Of those that are not, the share not called so. */
  specificity: number | null;
  f1: number | null;
}

export interface Metrics {
  n: number;
  accuracy: number;
  /** Mean recall of the classes that have cases. */
  balancedAccuracy: number;
  /** Mean F1 of the classes that are or were called. */
  macroF1: number;
  /** Mean of -ln(probability of the true class). */
  logLoss: number;
  /** Expected calibration error of the most probable class, in bins of equal width (see calibration-error.ts). */
  ece: number;
  perClass: ClassMetrics[];
  /** [truth][called]. */
  confusion: number[][];
}

/**
 * Measures cases, each counting as often as its weight says.
 *
 * @param weights one per case, not negative, not all zero; ones if left out
 */
export function measure(cases: PreparedCases, weights: Float64Array = ones(cases)): Metrics {
  const confusion = confusionMatrix(cases, weights);
  const perClass = confusion.map((_, c) => classMetrics(cases, weights, confusion, c));
  const n = sum(weights);
  const correct = sum(confusion.map((row, c) => row[c]!));
  return {
    n,
    accuracy: correct / n,
    balancedAccuracy: mean(perClass.map(({ recall }) => recall)),
    macroF1: mean(perClass.map(({ f1 }) => f1)),
    logLoss: logLoss(cases, weights) / n,
    ece: weightedCalibrationError(cases.confidence, cases.right, weights),
    perClass,
    confusion,
  };
}

export function ones({ truth }: Pick<PreparedCases, 'truth'>): Float64Array {
  return new Float64Array(truth.length).fill(1);
}

function confusionMatrix({ classCount, truth, predicted }: PreparedCases, weights: Float64Array): number[][] {
  const confusion = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let i = 0; i < truth.length; i++) confusion[truth[i]!]![predicted[i]!]! += weights[i]!;
  return confusion;
}

function classMetrics(cases: PreparedCases, weights: Float64Array, confusion: number[][], c: number): ClassMetrics {
  const n = sum(confusion[c]!);
  const hits = confusion[c]![c]!;
  const called = sum(confusion.map((row) => row[c]!));
  const others = sum(confusion.map(sum)) - n;
  return {
    n,
    precision: share(hits, called),
    recall: share(hits, n),
    specificity: share(others - (called - hits), others),
    f1: share(2 * hits, n + called),
    ...rankingQuality(cases.rankings[c]!, cases.belongs[c]!, weights),
  };
}

function logLoss({ ofTruth }: PreparedCases, weights: Float64Array): number {
  let total = 0;
  for (let i = 0; i < ofTruth.length; i++) total -= weights[i]! * Math.log(Math.max(ofTruth[i]!, LEAST_PROBABILITY));
  return total;
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Mean of those that there are. */
function mean(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return sum(known) / known.length;
}
