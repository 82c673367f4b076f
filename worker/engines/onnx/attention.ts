import type { WindowAttention } from '../../../models/hifuse/ops.ts';
import type { Tensor } from '../../../models/hifuse/state-dict.ts';
import { relativePositionBias, shiftMask } from '../../../models/hifuse/window-attention.ts';
import type { Size } from './feature-map.ts';
import type { Graph } from './graph.ts';

/**
 * Records softmax(q k^T + bias) v within windows. Queries (scaled), keys and values are [N, positions of the map, C] in
 * the order of the windows; so is the result.
 */
export function recordAttention(
  graph: Graph,
  { queries, keys, values }: { queries: string; keys: string; values: string },
  { rows, columns, channels }: Size,
  { qkv, heads, window, shift, biasTable }: WindowAttention,
): string {
  const positions = window ** 2;
  const windows = (rows * columns) / positions;
  const perHead = channels / heads;
  // The bias is of a window and head; with the batch apart from both it is the same for all images.
  const byHead = (value: string, perm: readonly number[], shape: readonly number[]) => {
    const apart = graph.reshape(value, [-1, positions, heads, perHead]);
    return graph.reshape(graph.node('Transpose', [apart], { perm }), [-1, windows * heads, ...shape]);
  };
  const q = byHead(queries, [0, 2, 1, 3], [positions, perHead]);
  const k = byHead(keys, [0, 2, 3, 1], [perHead, positions]);
  const v = byHead(values, [0, 2, 1, 3], [positions, perHead]);

  const bias = attentionBias(
    relativePositionBias(biasTable, heads, window),
    shiftMask(rows, columns, window, shift),
    windows,
  );
  const scores = graph.node('Add', [graph.node('MatMul', [q, k]), graph.tensor(`${qkv.name}.attention_bias`, bias)]);
  const mixed = graph.node('MatMul', [graph.node('Softmax', [scores], { axis: -1 }), v]);

  const apart = graph.reshape(mixed, [-1, heads, positions, perHead]);
  const together = graph.node('Transpose', [apart], { perm: [0, 2, 1, 3] });
  return graph.reshape(together, [-1, rows * columns, channels]);
}

/** Bias of each head plus mask of each window: [1, windows heads, positions, positions]. */
function attentionBias(bias: Tensor, mask: Tensor | null, windows: number): Tensor {
  const [heads, positions] = bias.shape as [number, number, number];
  const pairs = positions ** 2;
  const data = new Float32Array(windows * heads * pairs);
  for (let w = 0; w < windows; w++) {
    for (let i = 0; i < heads * pairs; i++) {
      data[w * heads * pairs + i] = bias.data[i]! + (mask ? mask.data[w * pairs + (i % pairs)]! : 0);
    }
  }
  return { shape: [1, windows * heads, positions, positions], data };
}
