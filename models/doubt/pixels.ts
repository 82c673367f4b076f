/** The network's input as numbers that describe a picture, whatever it shows; see pixel-checks.ts and deviation.ts. */
import { INPUT_SIZE } from '../hifuse/variants.ts';

/** Rec. 601 luma of interleaved RGB, 0..255, [224, 224]. */
export function luma(rgb: Uint8Array): Float32Array {
  return Float32Array.from(
    { length: rgb.length / 3 },
    (_, i) => 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!,
  );
}

/** A square grid of values, row after row. */
export interface Grid {
  side: number;
  values: Float32Array;
}

export const gridOf = (values: Float32Array): Grid => ({ side: INPUT_SIZE, values });

/** Mean of each cell of a grid that is divided into `side` x `side` cells. */
export function cellMeans(grid: Grid, side: number): Grid {
  const cell = grid.side / side;
  const values = new Float32Array(side * side);
  for (let y = 0; y < grid.side; y++) {
    const row = Math.floor(y / cell) * side;
    for (let x = 0; x < grid.side; x++) values[row + Math.floor(x / cell)]! += grid.values[y * grid.side + x]!;
  }
  return { side, values: values.map((sum) => sum / cell ** 2) };
}

/** Mean and standard deviation. */
export function moments(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
