import { relativePositionIndex } from './relative-position.ts';
import type { Tensor } from './state-dict.ts';

/** Added to scores between positions that were not neighbours before the shift: next to nothing after softmax. */
const MASKED = -100;

/** Relative position bias of each head, [heads, window^2, window^2], from the table [(2 window - 1)^2, heads]. */
export function relativePositionBias(table: Tensor, heads: number, window: number): Tensor {
  const index = relativePositionIndex(window);
  const data = new Float32Array(heads * index.length);
  for (let head = 0; head < heads; head++) {
    for (let pair = 0; pair < index.length; pair++) {
      data[head * index.length + pair] = table.data[index[pair]! * heads + head]!;
    }
  }
  return { shape: [heads, window ** 2, window ** 2], data };
}

/**
 * Mask of the shifted windows, [windows, window^2, window^2], windows in row-major order: 0 where both positions come
 * from one region of the map, -100 where the roll brought them together. Regions are cut at -window and -shift on each
 * axis. Applied even where one window covers the map, as the released code does. Null without a shift.
 */
export function shiftMask(rows: number, columns: number, window: number, shift: number): Tensor | null {
  if (shift === 0) return null;
  const band = (i: number, size: number) => (i < size - window ? 0 : i < size - shift ? 1 : 2);
  const region = (y: number, x: number) => 3 * band(y, rows) + band(x, columns);
  const windowsAcross = columns / window;
  const windows = (rows / window) * windowsAcross;
  const positions = window * window;
  const data = new Float32Array(windows * positions * positions);
  for (let w = 0; w < windows; w++) {
    const top = Math.floor(w / windowsAcross) * window;
    const left = (w % windowsAcross) * window;
    const regions = Array.from({ length: positions }, (_, i) =>
      region(top + Math.floor(i / window), left + (i % window)),
    );
    for (let query = 0; query < positions; query++) {
      for (let key = 0; key < positions; key++) {
        if (regions[query] !== regions[key]) data[(w * positions + query) * positions + key] = MASKED;
      }
    }
  }
  return { shape: [windows, positions, positions], data };
}
