import type { Output } from './engine.ts';

/** [N, K] as one row per image. */
export function rowsOf({ data, shape }: Output): number[][] {
  const [count, width] = shape as [number, number];
  return Array.from({ length: count }, (_, n) => [...data.subarray(n * width, (n + 1) * width)]);
}
