/**
 * How well scores of one class set its cases apart from all others, whatever the threshold. Cases carry weights, so that
 * a bootstrap resample is the same cases with other weights, and nothing is sorted anew.
 */

/** Cases by falling score, those of equal score together. */
export interface Ranking {
  /** Indices of the cases. */
  order: Int32Array;
  /** For each run of equal scores, the position in `order` after its last case. */
  ends: Int32Array;
}

/** Sorts the cases by one class's scores (finite numbers). */
export function rank(scores: Float64Array): Ranking {
  const order = Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const ends: number[] = [];
  for (let i = 1; i <= order.length; i++) {
    if (i === order.length || scores[order[i]!] !== scores[order[i - 1]!]) ends.push(i);
  }
  return { order, ends: Int32Array.from(ends) };
}

export interface RankingQuality {
  /** Area under the ROC curve: the chance that a case of the class scores above another one, ties counting half. */
  auroc: number | null;
  /** Sum over the thresholds of (recall gained) times (precision there), without interpolation. */
  averagePrecision: number | null;
}

/**
 * AUROC (Hanley and McNeil 1982, Radiology 143:29) and average precision of one class.
 *
 * @param positive 1 where the case belongs to the class
 * @param weights of the cases, not negative
 * @returns null where no case, or for the AUROC no other case, has weight
 */
export function rankingQuality({ order, ends }: Ranking, positive: Uint8Array, weights: Float64Array): RankingQuality {
  let positives = 0;
  let negatives = 0;
  let pairsWon = 0;
  let precisionSum = 0;
  let start = 0;
  for (const end of ends) {
    let tiedPositives = 0;
    let tiedNegatives = 0;
    for (let i = start; i < end; i++) {
      const index = order[i]!;
      if (positive[index]) tiedPositives += weights[index]!;
      else tiedNegatives += weights[index]!;
    }
    pairsWon += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    if (tiedPositives > 0) precisionSum += (tiedPositives * positives) / (positives + negatives);
    start = end;
  }
  return {
    auroc: positives > 0 && negatives > 0 ? pairsWon / (positives * negatives) : null,
    averagePrecision: positives > 0 ? precisionSum / positives : null,
  };
}
