import { HifuseError } from '../../../models/errors.ts';
import { activationScale, type Range } from './quantization.ts';

const BINS = 4096;
const HALF = BINS / 2;

/** Counts values in equal bins of a symmetric range that doubles when a value falls outside: one pass, bounded memory. */
export class Histogram {
  #counts = new Float64Array(BINS);
  #reach = 2 ** -10;
  #minimum = 0;
  #maximum = 0;

  /** @throws HifuseError `engine.failed` where a value is not a finite number: it has no place in any range */
  add(values: Float32Array): void {
    // Indexed loops: these see every activation of the network, and iterators take several times as long.
    let low = this.#minimum;
    let high = this.#maximum;
    for (let i = 0, end = values.length; i < end; i++) {
      const value = values[i]!;
      if (value < low) low = value;
      else if (value > high) high = value;
      else if (Number.isNaN(value)) high = Infinity;
    }
    if (!Number.isFinite(high - low)) {
      throw new HifuseError('engine.failed', { reason: 'not-finite' });
    }
    this.#minimum = low;
    this.#maximum = high;
    while (Math.max(-low, high) >= this.#reach) this.#double();
    const perUnit = HALF / this.#reach;
    const counts = this.#counts;
    for (let i = 0, end = values.length; i < end; i++) counts[Math.trunc(values[i]! * perUnit + HALF)]!++;
  }

  /** Smallest and largest value, zero included. */
  range(): [number, number] {
    return [this.#minimum, this.#maximum];
  }

  /** The range that leaves out `fraction` of the values, half of it at each end. */
  percentile(fraction: number): [number, number] {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const outside = (total * fraction) / 2;
    const edge = (bins: Iterable<number>) => {
      let seen = 0;
      for (const bin of bins) {
        seen += this.#counts[bin]!;
        if (seen > outside) return bin;
      }
      return HALF;
    };
    const upwards = Array.from({ length: BINS }, (_, bin) => bin);
    const width = this.#reach / HALF;
    const low = (edge(upwards) - HALF) * width;
    const high = (edge(upwards.toReversed()) + 1 - HALF) * width;
    return [Math.max(low, this.#minimum), Math.min(high, this.#maximum)];
  }

  /** The range within the smallest and largest value whose eight bits lose least, by mean squared error. */
  leastError(): [number, number] {
    let best = this.range();
    let bestError = this.#error(best);
    // One end after the other: a coarse search is enough, the error is flat around its minimum.
    for (const end of [0, 1] as const) {
      const start = best;
      for (let share = 0.98; share > 0.1; share -= 0.02) {
        const range: [number, number] = [...start];
        range[end] *= share;
        const error = this.#error(range);
        if (error < bestError) [best, bestError] = [range, error];
      }
    }
    return best;
  }

  /** Sum of squared errors: uniform rounding inside, cutting outside. */
  #error(range: Range): number {
    const { scale, zeroPoint } = activationScale(range);
    const [low, high] = [-zeroPoint * scale, (255 - zeroPoint) * scale];
    const rounding = scale ** 2 / 12;
    const width = this.#reach / HALF;
    let sum = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.#counts[bin]!;
      if (count === 0) continue;
      const value = (bin - HALF + 0.5) * width;
      const cut = value < low ? low - value : value > high ? value - high : 0;
      sum += count * (cut > 0 ? cut ** 2 : rounding);
    }
    return sum;
  }

  #double(): void {
    const counts = new Float64Array(BINS);
    for (let bin = 0; bin < BINS; bin++) counts[((bin - HALF) >> 1) + HALF]! += this.#counts[bin]!;
    this.#counts = counts;
    this.#reach *= 2;
  }
}
