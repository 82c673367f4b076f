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
