import { randomFrom, type Random } from '../random.ts';
import { middle95, type Interval } from '../statistics/intervals.ts';
import type { PreparedCases } from './cases.ts';
import { measure, type Metrics } from './metrics.ts';

export const RESAMPLES = 2000;
const SEED = 20240607;

/**
 * Weights of a resample: as many groups as there are, drawn with replacement, each with all its cases. Images of one
 * patient are not independent; resampling them one by one would make intervals too narrow.
 */
export function resample({ groups, truth }: PreparedCases, random: Random): Float64Array {
  const weights = new Float64Array(truth.length);
  const draw = (): Int32Array => groups[Math.floor(random() * groups.length)]!;
  for (const members of groups.map(draw)) for (const member of members) weights[member]! += 1;
  return weights;
}

/** The figures that stand for a model as a whole. */
export const SUMMARY = ['accuracy', 'balancedAccuracy', 'macroF1', 'logLoss', 'ece'] as const;
export type SummaryName = (typeof SUMMARY)[number];

const PER_CLASS = ['precision', 'recall', 'specificity', 'f1', 'auroc', 'averagePrecision'] as const;

export interface Intervals extends Record<SummaryName, Interval | null> {
  level: 0.95;
  resamples: number;
  /** What was drawn: patients, or images where none are known. */
  groups: number;
  perClass: Record<(typeof PER_CLASS)[number], Interval | null>[];
}

/** Percentile bootstrap intervals of every figure, by group. The same cases always give the same intervals. */
export function bootstrapIntervals(cases: PreparedCases, resamples = RESAMPLES): Intervals {
  const random = randomFrom(SEED);
  const drawn = Array.from({ length: resamples }, () => measure(cases, resample(cases, random)));
  const interval = (figure: (metrics: Metrics) => number | null): Interval | null => {
    const values = drawn.map(figure).filter((value) => value !== null && Number.isFinite(value)) as number[];
    return values.length > 0 ? middle95(values) : null;
  };
  const entries = <K extends string>(names: readonly K[], of: (name: K) => Interval | null) =>
    Object.fromEntries(names.map((name) => [name, of(name)])) as Record<K, Interval | null>;
  return {
    level: 0.95,
    resamples,
    groups: cases.groups.length,
    ...entries(SUMMARY, (name) => interval((metrics) => metrics[name])),
    perClass: cases.belongs.map((_, c) => entries(PER_CLASS, (name) => interval(({ perClass }) => perClass[c]![name]))),
  };
}
