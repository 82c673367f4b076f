/**
 * Whether at least so many zero bytes stand in a row. Entropy coders give next to no such runs, a lost block of a disk or of a
 * transfer gives nothing else.
 */
export function hasZeroRun(bytes: Uint8Array, least: number): boolean {
  const length = Math.ceil(least);
  // A run of that length covers one of these places.
  for (let at = length - 1; at < bytes.length; at += length) {
    if (bytes[at] !== 0) continue;
    let from = at;
    while (from > 0 && bytes[from - 1] === 0) from--;
    let to = at + 1;
    while (to < bytes.length && bytes[to] === 0) to++;
    if (to - from >= length) return true;
  }
  return false;
}
