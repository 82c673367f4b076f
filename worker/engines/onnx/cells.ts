/** Cells: squares of positions that do not overlap, each becoming one position with the channels of all of them. */
import type { Tensor } from '../../../models/hifuse/state-dict.ts';
import type { FeatureMap, Size } from './feature-map.ts';
import type { Graph } from './graph.ts';

/** Which positions of a cell come first in its channels: those of its first row, or of its first column. */
export type CellOrder = 'rows first' | 'columns first';

export function cellSize({ rows, columns, channels }: Size, side: number): Size {
  return { rows: rows / side, columns: columns / side, channels: channels * side ** 2 };
}

/** Channels of a cell: position after position, each with all its channels. */
export function cellsOfMap(graph: Graph, x: FeatureMap, side: number, order: CellOrder): string {
  const { rows, columns, channels } = cellSize(x, side);
  const apart = graph.reshape(x.value, [-1, rows, side, columns, side, x.channels]);
  const perm = order === 'rows first' ? [0, 1, 3, 2, 4, 5] : [0, 1, 3, 4, 2, 5];
  return graph.reshape(graph.node('Transpose', [apart], { perm }), [-1, rows, columns, channels]);
}

/** Cells of a graph input [N, channels, rows, columns]. Channels of a cell: channel after channel, each row by row. */
export function cellsOfImage(graph: Graph, name: string, size: Size, side: number): string {
  const { rows, columns, channels } = cellSize(size, side);
  const apart = graph.reshape(name, [-1, size.channels, rows, side, columns, side]);
  return graph.reshape(graph.node('Transpose', [apart], { perm: [0, 2, 4, 1, 3, 5] }), [-1, rows, columns, channels]);
}

/** Filters [out, in, k, k] as a linear map of cells, [out, in k k]. */
export function flatFilters({ shape, data }: Tensor): Tensor {
  return { shape: [shape[0]!, data.length / shape[0]!], data };
}

/** Filters [out, in, k, k] -> [out, k, k, in]. */
export function channelsLast({ shape, data }: Tensor): Tensor {
  const [outputs, inputs, side] = shape as [number, number, number, number];
  const area = side * side;
  const moved = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++) {
    const start = o * inputs * area;
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < area; p++) moved[start + p * inputs + i] = data[start + i * area + p]!;
    }
  }
  return { shape: [outputs, side, side, inputs], data: moved };
}
