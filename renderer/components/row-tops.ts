/** Where rows of different heights begin: one number more than there are rows, the last is the end. */
export function rowTops(heights: readonly number[]): Float64Array {
  const tops = new Float64Array(heights.length + 1);
  for (const [index, height] of heights.entries()) tops[index + 1] = tops[index]! + height;
  return tops;
}

/** Index of the row that covers a position; clamped to the first and the last. */
export function indexAt(tops: Float64Array, position: number): number {
  let low = 0;
  let high = tops.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
