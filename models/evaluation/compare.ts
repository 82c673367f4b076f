import { randomFrom } from '../random.ts';
import { middle95, type Interval } from '../statistics/intervals.ts';
import { resample, RESAMPLES, SUMMARY, type SummaryName } from './bootstrap.ts';
import type { PreparedCases } from './cases.ts';
import { measure } from './metrics.ts';

const SEED = 19470401;

/** Two models on the same cases. */
export interface Comparison {
  mcnemar: McNemar;
  /** First minus second. */
  differences: Record<SummaryName, Difference>;
}

/** Exact test of whether two models err equally often (McNemar 1947, Psychometrika 12:153). */
export interface McNemar {
  /** Cases that only the first, or only the second, gets right. */
  onlyFirst: number;
  onlySecond: number;
  /** Two-sided, from the binomial distribution. Takes every image for independent. */
  p: number;
}

export interface Difference {
  value: number;
  interval: Interval;
  /** Two-sided: twice the smaller share of resamples on either side of zero. */
  p: number;
}

/** @throws RangeError where the cases are not the same ones in the same order */
export function compare(first: PreparedCases, second: PreparedCases): Comparison {
  const same = first.truth.length === second.truth.length && first.truth.every((t, i) => t === second.truth[i]);
  if (!same) throw new RangeError('The two models were not measured on the same cases.');
  let onlyFirst = 0;
  let onlySecond = 0;
  for (const [i, right] of first.right.entries()) {
    if (right && !second.right[i]) onlyFirst += 1;
    if (!right && second.right[i]) onlySecond += 1;
  }
  return {
    mcnemar: { onlyFirst, onlySecond, p: mcnemar(onlyFirst, onlySecond) },
    differences: pairedBootstrap(first, second),
  };
}

/** Two-sided exact p-value: twice the binomial tail with a half for each of the discordant cases, at most 1. */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  let logTerm = -n * Math.LN2; // of C(n, 0) / 2^n
  let tail = 0;
  for (let k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** The same groups are drawn for both models, so that what makes a patient hard does not count. */
function pairedBootstrap(first: PreparedCases, second: PreparedCases): Comparison['differences'] {
  const random = randomFrom(SEED);
  const drawn = Array.from({ length: RESAMPLES }, () => {
    const weights = resample(first, random);
    return [measure(first, weights), measure(second, weights)] as const;
  });
  const whole = [measure(first), measure(second)] as const;
  const differences = SUMMARY.map((name): [SummaryName, Difference] => {
    const values = drawn.map(([a, b]) => a[name] - b[name]);
    const below = values.filter((value) => value <= 0).length / RESAMPLES;
    const above = values.filter((value) => value >= 0).length / RESAMPLES;
    return [
      name,
      {
        value: whole[0][name] - whole[1][name],
        interval: middle95(values),
        p: Math.min(1, 2 * Math.min(below, above)),
      },
    ];
  });
  return Object.fromEntries(differences) as Comparison['differences'];
}
