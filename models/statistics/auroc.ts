import { rank, rankingQuality } from './ranking.ts';

/**
 * Area under the ROC curve: how probably a positive scores higher than a negative, ties counting half (Mann and Whitney
 * 1947).
 *
 * @returns NaN where there are no positives or no negatives
 */
export function auroc(negatives: ArrayLike<number>, positives: ArrayLike<number>): number {
  const scores = Float64Array.from([...Array.from(negatives), ...Array.from(positives)]);
  const positive = Uint8Array.from(scores, (_, i) => (i < negatives.length ? 0 : 1));
  return rankingQuality(rank(scores), positive, new Float64Array(scores.length).fill(1)).auroc ?? NaN;
}
