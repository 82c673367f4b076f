import { foldBatchNorm, batchNormAffine } from '../../../models/hifuse/fold-batch-norm.ts';
import type { BatchNorm, ConvGeometry, Layer, LayerNorm, Ops, WindowAttention } from '../../../models/hifuse/ops.ts';
import type { Tensor } from '../../../models/hifuse/state-dict.ts';
import { relativePositionBias, shiftMask } from '../../../models/hifuse/window-attention.ts';
import { float, type Graph } from './graph.ts';
import { cellsToRows, inputsFirst, scaleInputs } from './weights.ts';
import { windowOrder } from './window-order.ts';
import {
  inputTransform,
  outputTransform,
  tileInputs,
  tileOutputs,
  tileSide,
  transformFilters,
  type TileSide,
} from './winograd.ts';

/** A value of the graph: a map of shape [N, rows, columns, channels], channels last in memory. */
export interface FeatureMap {
  name: string;
  rows: number;
  columns: number;
  channels: number;
  /** A batch norm still to be applied, per channel: the next linear map takes it into its weights. */
  pending: { scale: Float64Array; shift: Float64Array } | null;
}

type Size = Pick<FeatureMap, 'rows' | 'columns' | 'channels'>;

/** Transpositions between channels last and what ONNX convolutions take. */
const TO_CHANNELS_FIRST = [0, 3, 1, 2];
const TO_CHANNELS_LAST = [0, 2, 3, 1];

/**
 * Records HiFuse as an ONNX graph of standard operators with a free batch size.
 *
 * Maps are channels-last: layer norms, linear maps, gates and attention, which are most of the network, then work on
 * the last axis. Convolutions stand between two transpositions, which ONNX Runtime takes into the reordering for its
 * blocked convolution. Batch norms are folded into the weights before or after them.
 */
export class OnnxOps implements Ops<FeatureMap> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Takes a graph input of shape [N, channels, rows, columns]. */
  fromChannelsFirst(name: string, size: Size): FeatureMap {
    return this.#map(this.#graph.node('Transpose', [name], { perm: TO_CHANNELS_LAST }), size);
  }

  /** The value as [N, channels, rows, columns]. */
  toChannelsFirst(x: FeatureMap): string {
    return this.#graph.node('Transpose', [this.#value(x)], { perm: TO_CHANNELS_FIRST });
  }

  /** The value of a map of one position, as [N, channels]. */
  toVector(x: FeatureMap): string {
    return this.#reshape(this.#value(x), [-1, x.channels]);
  }

  conv(x: FeatureMap, layer: Layer, geometry: ConvGeometry): FeatureMap {
    const { stride, padding, depthwise } = geometry;
    const kernel = layer.weight.shape[2]!;
    if (depthwise) return this.#directConv(x, layer, geometry);
    if (kernel === stride && padding === 0) return this.#convOfCells(x, layer, kernel);
    if (kernel === 3 && stride === 1 && padding === 1) {
      return this.#winogradConv(x, layer, tileSide(x.rows, x.columns));
    }
    return this.#directConv(x, layer, geometry);
  }

  linear(x: FeatureMap, layer: Layer): FeatureMap {
    const folded = foldBatchNorm(layer);
    const { weight, bias } = x.pending ? scaleInputs(folded, x.pending) : folded;
    return this.#linear(x.name, { ...x, channels: weight.shape[0]! }, layer.name, inputsFirst(weight), bias);
  }

  layerNorm(x: FeatureMap, norm: LayerNorm): FeatureMap {
    const inputs = [
      this.#value(x),
      this.#constant(`${norm.name}.weight`, norm.weight),
      this.#constant(`${norm.name}.bias`, norm.bias),
    ];
    const y = this.#graph.node('LayerNormalization', inputs, { axis: -1, epsilon: float(norm.epsilon) }, norm.name);
    return this.#map(y, x);
  }

  batchNorm(x: FeatureMap, norm: BatchNorm): FeatureMap {
    return { ...this.#map(this.#value(x), x), pending: batchNormAffine(norm) };
  }

  gelu(x: FeatureMap): FeatureMap {
    return this.#unary('Gelu', x);
  }

  relu(x: FeatureMap): FeatureMap {
    return this.#unary('Relu', x);
  }

  sigmoid(x: FeatureMap): FeatureMap {
    return this.#unary('Sigmoid', x);
  }

  add(a: FeatureMap, b: FeatureMap): FeatureMap {
    return this.#map(this.#graph.node('Add', [this.#value(a), this.#value(b)]), a);
  }

  scale(x: FeatureMap, gate: FeatureMap): FeatureMap {
    return this.#map(this.#graph.node('Mul', [this.#value(x), this.#value(gate)]), x);
  }

  concat(maps: readonly FeatureMap[]): FeatureMap {
    const values = maps.map((map) => this.#value(map));
    const channels = maps.reduce((sum, map) => sum + map.channels, 0);
    return this.#map(this.#graph.node('Concat', values, { axis: -1 }), { ...maps[0]!, channels });
  }

  channelMaxMean(x: FeatureMap): FeatureMap {
    const lastAxis = this.#graph.integers([-1]);
    const value = this.#value(x);
    const maximum = this.#graph.node('ReduceMax', [value, lastAxis]);
    const mean = this.#graph.node('ReduceMean', [value, lastAxis]);
    return this.#map(this.#graph.node('Concat', [maximum, mean], { axis: -1 }), { ...x, channels: 2 });
  }

  globalMean(x: FeatureMap): FeatureMap {
    return this.#overPositions('ReduceMean', x);
  }

  globalMax(x: FeatureMap): FeatureMap {
    return this.#overPositions('ReduceMax', x);
  }

  averagePool2(x: FeatureMap): FeatureMap {
    // Rows, then columns: ONNX Runtime reduces one axis between two others fast, but not two.
    const { rows, columns, channels } = { rows: x.rows / 2, columns: x.columns / 2, channels: x.channels };
    const pairsOfRows = this.#reshape(this.#value(x), [-1, 2, x.columns * channels]);
    const halved = this.#graph.node('ReduceMean', [pairsOfRows, this.#graph.integers([1])], { keepdims: 0 });
    const pairsOfColumns = this.#reshape(halved, [-1, 2, channels]);
    const mean = this.#graph.node('ReduceMean', [pairsOfColumns, this.#graph.integers([1])], { keepdims: 0 });
    return this.#map(this.#reshape(mean, [-1, rows, columns, channels]), { rows, columns, channels });
  }

  mergePatches(x: FeatureMap): FeatureMap {
    return this.#cells(x, 2, 'columns first');
  }

  windowAttention(x: FeatureMap, { qkv, heads, window, shift, biasTable }: WindowAttention): FeatureMap {
    const graph = this.#graph;
    const { rows, columns, channels } = x;
    const windows = (rows * columns) / window ** 2;
    const positions = window ** 2;
    const perHead = channels / heads;

    // Rolling and dividing into windows are one permutation of the positions; so is the way back.
    const order = windowOrder(rows, columns, window, shift);
    const inOrder = graph.node(
      'Gather',
      [this.#reshape(this.#value(x), [-1, rows * columns, channels]), graph.integers(order.into)],
      {
        axis: 1,
      },
    );
    const folded = foldBatchNorm(qkv);
    const scaled = scaleQueries(folded, perHead ** -0.5);
    const all = this.#affine(inOrder, qkv.name, inputsFirst(scaled.weight), scaled.bias);
    const apart = this.#reshape(all, [-1, positions, 3, heads, perHead]);
    const byHead = graph.node('Transpose', [apart], { perm: [2, 0, 3, 1, 4] }); // [3, N windows, heads, positions, d]
    const [q, k, v] = graph
      .nodes('Split', [byHead], 3, { axis: 0, num_outputs: 3 })
      .map((part) => this.#reshape(part, [-1, windows * heads, positions, perHead]));

    const keys = graph.node('Transpose', [k!], { perm: [0, 1, 3, 2] });
    const scores = graph.node('MatMul', [q!, keys]);
    const bias = attentionBias(
      relativePositionBias(biasTable, heads, window),
      shiftMask(rows, columns, window, shift),
      windows,
    );
    const biased = graph.node('Add', [scores, this.#constant(`${qkv.name}.attention_bias`, bias)]);
    const weights = graph.node('Softmax', [biased], { axis: -1 });
    const mixed = graph.node('MatMul', [weights, v!]); // [N, windows heads, positions, d]

    const split = this.#reshape(mixed, [-1, heads, positions, perHead]);
    const joined = graph.node('Transpose', [split], { perm: [0, 2, 1, 3] });
    const flat = this.#reshape(joined, [-1, rows * columns, channels]);
    const back = graph.node('Gather', [flat, graph.integers(order.back)], { axis: 1 });
    return this.#map(this.#reshape(back, [-1, rows, columns, channels]), x);
  }

  /** By ONNX's own operator. */
  #directConv(x: FeatureMap, layer: Layer, { stride, padding, depthwise }: ConvGeometry): FeatureMap {
    const kernel = layer.weight.shape[2]!;
    const { weight, bias } = foldBatchNorm(layer);
    const inputs = [this.toChannelsFirst(x), this.#constant(`${layer.name}.weight`, weight)];
    if (bias) inputs.push(this.#constant(`${layer.name}.bias`, bias));
    const y = this.#graph.node(
      'Conv',
      inputs,
      {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        group: depthwise ? x.channels : 1,
      },
      layer.name,
    );
    const side = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
    return this.fromChannelsFirst(y, {
      rows: side(x.rows),
      columns: side(x.columns),
      channels: layer.weight.shape[0]!,
    });
  }

  /** A 3x3 convolution by Winograd's algorithm: tiles gathered, transformed, multiplied, and transformed back. */
  #winogradConv(x: FeatureMap, layer: Layer, tile: TileSide): FeatureMap {
    const { weight, bias } = foldBatchNorm(layer);
    const graph = this.#graph;
    const channels = weight.shape[0]!;
    const grid = { down: Math.ceil(x.rows / tile), across: Math.ceil(x.columns / tile) };
    const tiles = grid.down * grid.across;
    const points = (tile + 2) ** 2;

    const flat = this.#reshape(this.#value(x), [-1, x.rows * x.columns, x.channels]);
    const padded = graph.node('Pad', [flat, graph.integers([0, 0, 0, 0, 1, 0])]); // One position of zeros.
    const gathered = graph.node('Gather', [padded, graph.integers(tileInputs(x, grid, tile))], { axis: 1 });
    const transformed = graph.node('MatMul', [
      this.#constant('winograd.input', inputTransform(tile)),
      this.#reshape(gathered, [-1, points, tiles * x.channels]),
    ]);

    // A product per point: ONNX Runtime packs the weights of two-dimensional products beforehand, and of no others.
    const operands = graph.nodes('Split', [this.#reshape(transformed, [-1, points, tiles, x.channels])], points, {
      axis: 1,
      num_outputs: points,
    });
    const filters = transformFilters(weight, tile);
    const products = operands.map((operand, point) =>
      graph.node('MatMul', [operand, this.#constant(`${layer.name}.weight`, filters[point]!)], {}, layer.name),
    );
    const together = this.#reshape(graph.node('Concat', products, { axis: 1 }), [-1, points, tiles * channels]);

    const outputs = graph.node('MatMul', [this.#constant('winograd.output', outputTransform(tile)), together]);
    const perPosition = this.#reshape(outputs, [-1, tile * tile * tiles, channels]);
    const inPlace = graph.node('Gather', [perPosition, graph.integers(tileOutputs(x, grid, tile))], { axis: 1 });
    const map = this.#reshape(inPlace, [-1, x.rows, x.columns, channels]);
    const y = bias ? graph.node('Add', [map, this.#constant(`${layer.name}.bias`, bias)]) : map;
    return this.#map(y, { ...x, channels });
  }

  /** A convolution whose cells do not overlap: cells to positions, then a linear map. */
  #convOfCells(x: FeatureMap, layer: Layer, side: number): FeatureMap {
    const cells = this.#cells(x, side, 'rows first');
    const { weight, bias } = foldBatchNorm(layer);
    return this.#linear(cells.name, { ...cells, channels: weight.shape[0]! }, layer.name, cellsToRows(weight), bias);
  }

  /** Makes each cell of side x side positions one position. */
  #cells(x: FeatureMap, side: number, order: 'rows first' | 'columns first'): FeatureMap {
    const size = { rows: x.rows / side, columns: x.columns / side, channels: x.channels * side ** 2 };
    const apart = this.#reshape(this.#value(x), [-1, size.rows, side, size.columns, side, x.channels]);
    const perm = order === 'rows first' ? [0, 1, 3, 2, 4, 5] : [0, 1, 3, 4, 2, 5];
    const together = this.#graph.node('Transpose', [apart], { perm });
    return this.#map(this.#reshape(together, [-1, size.rows, size.columns, size.channels]), size);
  }

  #linear(value: string, size: Size, name: string, weight: Tensor, bias: Tensor | null): FeatureMap {
    return this.#map(this.#affine(value, name, weight, bias), size);
  }

  /** value x weight + bias on the last axis; weight is [in, out]. */
  #affine(value: string, name: string, weight: Tensor, bias: Tensor | null): string {
    const product = this.#graph.node('MatMul', [value, this.#constant(`${name}.weight`, weight)], {}, name);
    return bias ? this.#graph.node('Add', [product, this.#constant(`${name}.bias`, bias)], {}, name) : product;
  }

  #unary(operator: string, x: FeatureMap): FeatureMap {
    return this.#map(this.#graph.node(operator, [this.#value(x)]), x);
  }

  #overPositions(operator: string, x: FeatureMap): FeatureMap {
    const flat = this.#reshape(this.#value(x), [-1, x.rows * x.columns, x.channels]);
    const reduced = this.#graph.node(operator, [flat, this.#graph.integers([1])], { keepdims: 0 });
    const size = { rows: 1, columns: 1, channels: x.channels };
    return this.#map(this.#reshape(reduced, [-1, 1, 1, x.channels]), size);
  }

  /** The name of a map's value, with what was pending applied. */
  #value(x: FeatureMap): string {
    if (!x.pending) return x.name;
    const { scale, shift } = x.pending;
    const constant = (values: Float64Array) => this.#graph.floats('affine', [values.length], Float32Array.from(values));
    return this.#graph.node('Add', [this.#graph.node('Mul', [x.name, constant(scale)]), constant(shift)]);
  }

  #map(name: string, { rows, columns, channels }: Size): FeatureMap {
    return { name, rows, columns, channels, pending: null };
  }

  #reshape(value: string, shape: readonly number[]): string {
    return this.#graph.node('Reshape', [value, this.#graph.integers(shape)]);
  }

  #constant(name: string, tensor: Tensor): string {
    return this.#graph.floats(name, tensor.shape, tensor.data);
  }
}

/** Takes the 1/sqrt(d) of attention into the weights of the queries, the first third of the outputs. */
function scaleQueries({ weight, bias }: { weight: Tensor; bias: Tensor | null }, factor: number) {
  const scale = ({ shape, data }: Tensor): Tensor => ({
    shape,
    data: data.map((value, i) => (i < data.length / 3 ? value * factor : value)),
  });
  return { weight: scale(weight), bias: bias && scale(bias) };
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
