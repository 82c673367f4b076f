import { indexOfLargest } from '../../models/hifuse/probabilities.ts';
import type { ResultRow, VerdictEntry } from '../results/row.ts';
import type { Aggregation } from './plan.ts';
import type { KeptRow } from './store.ts';

/** A row that stands for the images of a series. */
export interface SeriesRow extends KeptRow {
  /** Images with a prediction, and those without one. */
  images: number;
  failedImages: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** How one class's figure over all images comes from that of each. */
const COMBINE: Readonly<Record<Exclude<Aggregation, 'image'>, (values: readonly number[]) => number>> = {
  mean,
  max: (values) => Math.max(...values),
  vote: mean,
};

/** Of several images the worst verdict, with every reason once. */
function worst(verdicts: readonly VerdictEntry[]): VerdictEntry {
  const states = ['outside', 'unverified', 'inside'] as const;
  const scores = verdicts.flatMap(({ oodScore }) => oodScore ?? []);
  const reasons = new Map(verdicts.flatMap((one) => one.reasons.map((reason) => [reason.message, reason] as const)));
  return {
    state: states.find((state) => verdicts.some((one) => one.state === state)) ?? 'inside',
    reasons: [...reasons.values()],
    oodScore: scores.length > 0 ? Math.max(...scores) : null,
  };
}

/**
 * One row of a series: it stands where its first image with a prediction does, else where its first one does.
 * `mean`: mean probability of each class. `max`: the greatest one of each class, divided by their sum. `vote`: share of the
 * images of which the class is the most probable one. Logits are means; images without a prediction count in no figure. A
 * prediction set is of one image, so a series has none.
 */
export function aggregate(rows: readonly KeptRow[], how: Exclude<Aggregation, 'image'>): SeriesRow {
  const predicted = rows.filter(({ row }) => row.status === 'ok');
  const [first] = predicted.length > 0 ? predicted : rows;
  const counts = { images: predicted.length, failedImages: rows.length - predicted.length };
  if (predicted.length === 0) return { ...first!, ...counts };
  const votes = (row: ResultRow): number[] => row.classes.map(({ name }) => (name === row.top1 ? 1 : 0));
  const figures = predicted.map(({ row }) =>
    how === 'vote' ? votes(row) : row.classes.map(({ probability }) => probability),
  );
  const combined = figures[0]!.map((_, c) => COMBINE[how](figures.map((one) => one[c]!)));
  const sum = combined.reduce((a, b) => a + b, 0);
  const classes = first!.row.classes.map(({ name }, c) => ({
    name,
    logit: mean(predicted.map(({ row }) => row.classes[c]!.logit)),
    probability: combined[c]! / sum,
  }));
  const warnings = new Map(predicted.flatMap(({ row }) => row.warnings.map((one) => [one.message, one] as const)));
  return {
    ...first!,
    ...counts,
    row: {
      file: first!.row.file,
      frame: first!.row.frame,
      status: 'ok',
      top1: classes[indexOfLargest(classes.map(({ probability }) => probability))]!.name,
      classes,
      ms: predicted.reduce((total, { row }) => total + (row.ms ?? 0), 0),
      verdict: worst(predicted.flatMap(({ row }) => row.verdict ?? [])),
      set: null,
      warnings: [...warnings.values()],
      error: null,
    },
  };
}
