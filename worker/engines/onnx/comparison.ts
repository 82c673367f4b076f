import { indexOfLargest } from '../../../models/hifuse/probabilities.ts';

/** How far a quantised network's probabilities are from those of the network in float32. */
export class Comparison {
  #images = 0;
  #agreeing = 0;
  #difference = 0;
  #labelled = 0;
  #right = { float32: 0, int8: 0 };

  static of(reference: readonly number[][], quantized: readonly number[][]): Comparison {
    const comparison = new Comparison();
    reference.forEach((probabilities, i) => comparison.add(probabilities, quantized[i]!, null));
    return comparison;
  }

  /** Adds an image's probabilities in both precisions, and the index of its class where that is known. */
  add(reference: readonly number[], quantized: readonly number[], label: number | null): void {
    const [expected, actual] = [indexOfLargest(reference), indexOfLargest(quantized)];
    this.#images++;
    if (expected === actual) this.#agreeing++;
    const differences = reference.map((probability, i) => Math.abs(probability - quantized[i]!));
    this.#difference += differences.reduce((sum, value) => sum + value, 0) / differences.length;
    if (label === null) return;
    this.#labelled++;
    if (expected === label) this.#right.float32++;
    if (actual === label) this.#right.int8++;
  }

  get images(): number {
    return this.#images;
  }

  get top1Agreement(): number {
    return this.#agreeing / this.#images;
  }

  /** Mean over images and classes. */
  get meanAbsoluteProbabilityDifference(): number {
    return this.#difference / this.#images;
  }

  /** Share of the labelled images that are classified as labelled; null without labels. */
  get accuracy(): { float32: number; int8: number } | null {
    if (this.#labelled === 0) return null;
    return { float32: this.#right.float32 / this.#labelled, int8: this.#right.int8 / this.#labelled };
  }

  reaches(condition: { top1Agreement: number; meanAbsoluteProbabilityDifference: number }): boolean {
    return (
      this.top1Agreement >= condition.top1Agreement &&
      this.meanAbsoluteProbabilityDifference <= condition.meanAbsoluteProbabilityDifference
    );
  }
}
