import { foldBatchNorm } from '../../../models/hifuse/fold-batch-norm.ts';
import type { Layer } from '../../../models/hifuse/ops.ts';
import type { FeatureMap } from './feature-map.ts';
import type { Graph } from './graph.ts';
import { inputTransform, outputTransform, tileInputs, tileOutputs, tileSide, transformFilters } from './winograd.ts';

/** Records a dense 3x3 convolution with padding 1: tiles gathered, transformed, multiplied, and transformed back. */
export function recordWinograd(graph: Graph, x: FeatureMap, layer: Layer): string {
  const { weight, bias } = foldBatchNorm(layer);
  const channels = weight.shape[0]!;
  const tile = tileSide(x);
  const grid = { down: Math.ceil(x.rows / tile), across: Math.ceil(x.columns / tile) };
  const tiles = grid.down * grid.across;
  const points = (tile + 2) ** 2;

  const flat = graph.reshape(x.value, [-1, x.positions, x.channels]);
  const padded = graph.node('Pad', [flat, graph.integers([0, 0, 0, 0, 1, 0])]); // One position of zeros.
  const gathered = graph.node('Gather', [padded, graph.integers(tileInputs(x, grid, tile))], { axis: 1 });
  const transformed = graph.node('MatMul', [
    graph.tensor('winograd.input', inputTransform(tile)),
    graph.reshape(gathered, [-1, points, tiles * x.channels]),
  ]);

  // A product per point: ONNX Runtime packs the weights of two-dimensional products beforehand, and of no others.
  const perPoint = graph.reshape(transformed, [-1, points, tiles, x.channels]);
  const operands = graph.nodes('Split', [perPoint], points, { axis: 1, num_outputs: points });
  const filters = transformFilters(weight, tile);
  const products = operands.map((operand, point) =>
    graph.node('MatMul', [operand, graph.tensor(`${layer.name}.weight`, filters[point]!)], {}, layer.name),
  );
  const together = graph.reshape(graph.node('Concat', products, { axis: 1 }), [-1, points, tiles * channels]);

  const outputs = graph.node('MatMul', [graph.tensor('winograd.output', outputTransform(tile)), together]);
  const perPosition = graph.reshape(outputs, [-1, tile * tile * tiles, channels]);
  const inPlace = graph.node('Gather', [perPosition, graph.integers(tileOutputs(x, grid, tile))], { axis: 1 });
  const map = graph.reshape(inPlace, [-1, x.rows, x.columns, channels]);
  return bias ? graph.node('Add', [map, graph.tensor(`${layer.name}.bias`, bias)]) : map;
}
