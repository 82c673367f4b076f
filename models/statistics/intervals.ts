/** Confidence intervals of shares. */
import { quantile } from './quantile.ts';

export interface Interval {
  low: number;
  high: number;
}

/** Standard normal quantile of 0.975. */
const Z95 = 1.959963984540054;

/** Wilson's score interval (1927) of a share, 95 %. The whole of 0..1 where nothing was counted. */
export function wilson(successes: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 };
  const p = successes / total;
  const z2 = Z95 ** 2;
  const centre = (p + z2 / (2 * total)) / (1 + z2 / total);
  const half = (Z95 / (1 + z2 / total)) * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * Where the coverage that `tested` new images show lies in 95 % of all draws, if conformal limits were taken from
 * `calibrated` images for a coverage: covered images are beta-binomial with a = ceil((n + 1) coverage) and
 * b = n + 1 - a (Angelopoulos and Bates 2021, section 3.2 and appendix C).
 */
export function conformalCoverageInterval(calibrated: number, tested: number, coverage: number): Interval {
  const a = Math.ceil((calibrated + 1) * coverage - 1e-9);
  const b = calibrated + 1 - a;
  if (b <= 0) return { low: 1, high: 1 };
  let cumulative = 0;
  let low: number | null = null;
  for (let k = 0; k <= tested; k++) {
    cumulative += Math.exp(logChoose(tested, k) + logBeta(k + a, tested - k + b) - logBeta(a, b));
    if (low === null && cumulative >= 0.025) low = k / tested;
    if (cumulative >= 0.975) return { low: low!, high: k / tested };
  }
  return { low: low ?? 0, high: 1 };
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);
const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** Logarithm of the gamma function for x >= 0.5 (Lanczos 1964, g = 7, n = 9): some 15 digits. */
export function logGamma(x: number): number {
  const [first, ...rest] = LANCZOS;
  const t = x + 6.5;
  const series = rest.reduce<number>((sum, coefficient, i) => sum + coefficient / (x + i), first);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** The middle 95 % of a sample. */
export function middle95(sample: ArrayLike<number>): Interval {
  return { low: quantile(sample, 0.025), high: quantile(sample, 0.975) };
}
