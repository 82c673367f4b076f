/**
 * The permutations between the positions of a map in row-major order and the same positions window after window, the
 * map rolled up and left by `shift` first. `into[i]` is the map position of the i-th window position; `back` is the
 * inverse.
 */
export function windowOrder(rows: number, columns: number, window: number, shift: number) {
  const into: number[] = [];
  for (let top = 0; top < rows; top += window) {
    for (let left = 0; left < columns; left += window) {
      for (let y = top; y < top + window; y++) {
        for (let x = left; x < left + window; x++) {
          into.push(((y + shift) % rows) * columns + ((x + shift) % columns));
        }
      }
    }
  }
  const back = new Array<number>(into.length);
  into.forEach((position, i) => (back[position] = i));
  return { into, back };
}

/**
 * For each position of a map, row-major, the side x side positions around it: [positions, side^2]. What lies outside
 * has the index rows * columns, where the caller puts zeros.
 */
export function neighbours({ rows, columns }: { rows: number; columns: number }, side: number): number[] {
  const reach = Math.floor(side / 2);
  return Array.from({ length: rows * columns * side * side }, (_, i) => {
    const position = Math.floor(i / (side * side));
    const y = Math.floor(position / columns) - reach + Math.floor((i % (side * side)) / side);
    const x = (position % columns) - reach + (i % side);
    return y < 0 || y >= rows || x < 0 || x >= columns ? rows * columns : y * columns + x;
  });
}
