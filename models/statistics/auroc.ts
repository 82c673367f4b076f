/**
 * Area under the ROC curve: how probably a positive scores higher than a negative, ties counting half (Mann and Whitney
 * 1947).
 */
export function auroc(negatives: ArrayLike<number>, positives: ArrayLike<number>): number {
  const sorted = Float64Array.from(negatives).sort();
  const count = (value: number, orEqual: boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const below = orEqual ? sorted[middle]! <= value : sorted[middle]! < value;
      if (below) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wins = Array.from(positives, (value) => (count(value, false) + count(value, true)) / 2);
  return wins.reduce((sum, value) => sum + value, 0) / (positives.length * negatives.length);
}
