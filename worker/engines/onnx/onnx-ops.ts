import { batchNormAffine, foldBatchNorm } from '../../../models/hifuse/fold-batch-norm.ts';
import type { BatchNorm, ConvGeometry, Layer, LayerNorm, Ops, WindowAttention } from '../../../models/hifuse/ops.ts';
import { recordAttention } from './attention.ts';
import { cellSize, cellsOfImage, cellsOfMap, channelsLast, flatFilters, type CellOrder } from './cells.ts';
import { FeatureMap, type Size } from './feature-map.ts';
import { float, type Graph } from './graph.ts';
import {
  afterAffine,
  compose,
  linearMap,
  outputsOf,
  selectOutputs,
  worthComposing,
  type LinearMap,
} from './linear-map.ts';
import { FLOAT_PRODUCTS, type Operand, type Products } from './products.ts';
import { neighbours, windowOrder } from './orders.ts';
import { recordWinograd } from './winograd-conv.ts';

/** Transpositions between channels last and what ONNX's convolution takes. */
const TO_CHANNELS_FIRST = [0, 3, 1, 2];
const TO_CHANNELS_LAST = [0, 2, 3, 1];

/** How a graph is written: the same network either way. */
export interface Style {
  /** Dense 3x3 convolutions by Winograd's algorithm: fewer products, more nodes. For the CPU. */
  winograd: boolean;
  /** Linear maps that follow one another multiplied into one. */
  compose: boolean;
  products: Products;
}

/** The fastest on ONNX Runtime's CPU provider. */
export const CPU_STYLE: Style = { winograd: true, compose: true, products: FLOAT_PRODUCTS };
/** Layer by layer: for accelerators, which have their own fast convolutions, and for other runtimes. */
export const PLAIN_STYLE: Style = { winograd: false, compose: false, products: FLOAT_PRODUCTS };

/**
 * Records HiFuse as an ONNX graph of standard operators with a free batch size.
 *
 * Maps are channels-last: layer norms, linear maps, gates and attention, which are most of the network, then work on
 * the last axis. ONNX's convolution stands between two transpositions, which ONNX Runtime takes into the reordering for
 * its blocked convolution. Batch norms are folded into the weights before or after them.
 */
export class OnnxOps implements Ops<FeatureMap> {
  readonly #graph: Graph;
  readonly #style: Style;
  /** The image as it comes: both branches cut it into the same cells. */
  readonly #images = new WeakMap<FeatureMap, { name: string; cells: FeatureMap | null }>();

  constructor(graph: Graph, style: Style) {
    this.#graph = graph;
    this.#style = style;
  }

  /** Takes a graph input of shape [N, channels, rows, columns]. */
  fromChannelsFirst(name: string, size: Size): FeatureMap {
    const image = new FeatureMap(size, () => this.#graph.node('Transpose', [name], { perm: TO_CHANNELS_LAST }));
    this.#images.set(image, { name, cells: null });
    return image;
  }

  /** The value as [N, channels, rows, columns]. */
  toChannelsFirst(x: FeatureMap): string {
    return this.#graph.node('Transpose', [x.value], { perm: TO_CHANNELS_FIRST });
  }

  /** The value of a map of one position, as [N, channels]. */
  toVector(x: FeatureMap): string {
    return this.#graph.reshape(x.value, [-1, x.channels]);
  }

  conv(x: FeatureMap, layer: Layer, geometry: ConvGeometry): FeatureMap {
    const { stride, padding, depthwise } = geometry;
    const kernel = layer.weight.shape[2]!;
    if (kernel === stride && padding === 0 && !depthwise) return this.#convOfCells(x, layer, kernel);
    const dense3x3 = kernel === 3 && stride === 1 && padding === 1 && !depthwise;
    if (dense3x3 && this.#style.products.gathers(layer.name)) return this.#gatheredConv(x, layer);
    if (dense3x3 && this.#style.winograd) {
      const size = { ...sizeOf(x), channels: layer.weight.shape[0]! };
      return this.#map(size, () => recordWinograd(this.#graph, x, layer));
    }
    return this.#directConv(x, layer, geometry);
  }

  linear(x: FeatureMap, layer: Layer): FeatureMap {
    return this.#linear(x, linearMap(layer));
  }

  layerNorm(x: FeatureMap, norm: LayerNorm): FeatureMap {
    return this.#map(x, () => {
      const weight = this.#graph.tensor(`${norm.name}.weight`, norm.weight);
      const bias = this.#graph.tensor(`${norm.name}.bias`, norm.bias);
      const attributes = { axis: -1, epsilon: float(norm.epsilon) };
      return this.#graph.node('LayerNormalization', [x.value, weight, bias], attributes, norm.name);
    });
  }

  batchNorm(x: FeatureMap, norm: BatchNorm): FeatureMap {
    const { scale, shift } = batchNormAffine(norm);
    const constant = (name: string, values: Float64Array) =>
      this.#graph.tensor(`${norm.name}.${name}`, { shape: [values.length], data: Float32Array.from(values) });
    const record = () => {
      const scaled = this.#graph.node('Mul', [x.value, constant('scale', scale)]);
      return this.#graph.node('Add', [scaled, constant('shift', shift)], {}, norm.name);
    };
    return new FeatureMap(x, record, { kind: 'affine', source: x, scale, shift });
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
    return this.#map(a, () => this.#graph.node('Add', [a.value, b.value]));
  }

  scale(x: FeatureMap, gate: FeatureMap): FeatureMap {
    return this.#map(x, () => this.#graph.node('Mul', [x.value, gate.value]));
  }

  concat(maps: readonly FeatureMap[]): FeatureMap {
    const channels = maps.reduce((sum, map) => sum + map.channels, 0);
    const values = () => maps.map((map) => map.value);
    return this.#map({ ...sizeOf(maps[0]!), channels }, () => this.#graph.node('Concat', values(), { axis: -1 }));
  }

  channelMaxMean(x: FeatureMap): FeatureMap {
    return this.#map({ ...sizeOf(x), channels: 2 }, () => {
      const lastAxis = this.#graph.integers([-1]);
      const maximum = this.#graph.node('ReduceMax', [x.value, lastAxis]);
      const mean = this.#graph.node('ReduceMean', [x.value, lastAxis]);
      return this.#graph.node('Concat', [maximum, mean], { axis: -1 });
    });
  }

  globalMean(x: FeatureMap): FeatureMap {
    return this.#overPositions('ReduceMean', x);
  }

  globalMax(x: FeatureMap): FeatureMap {
    return this.#overPositions('ReduceMax', x);
  }

  averagePool2(x: FeatureMap): FeatureMap {
    const size = { rows: x.rows / 2, columns: x.columns / 2, channels: x.channels };
    // Rows, then columns: ONNX Runtime is fast at reducing one axis between two others, not at two at once.
    const meanOfPairs = (value: string, rest: number) => {
      const pairs = this.#graph.reshape(value, [-1, 2, rest]);
      return this.#graph.node('ReduceMean', [pairs, this.#graph.integers([1])], { keepdims: 0 });
    };
    return this.#map(size, () => {
      const mean = meanOfPairs(meanOfPairs(x.value, x.columns * x.channels), x.channels);
      return this.#graph.reshape(mean, [-1, size.rows, size.columns, size.channels]);
    });
  }

  mergePatches(x: FeatureMap): FeatureMap {
    return this.#cells(x, 2, 'columns first');
  }

  windowAttention(x: FeatureMap, attention: WindowAttention): FeatureMap {
    const { rows, columns, channels } = x;
    const { into, back } = windowOrder(rows, columns, attention.window, attention.shift);
    const qkv = linearMap(attention.qkv);
    const part = (i: number, factor = 1) => selectOutputs(qkv, i * channels, (i + 1) * channels, factor);

    // The bias of k adds the same to every score of a query, which softmax takes away again. The bias of v is added
    // as often as the weights sum up to, which is once: it can be added afterwards, by the projection.
    const q = part(0, (channels / attention.heads) ** -0.5);
    const k = { ...part(1), bias: null };
    const v = { ...part(2), bias: null };
    const attended = this.#map(x, () => {
      const order = (value: string, positions: readonly number[]) => {
        const flat = this.#graph.reshape(value, [-1, x.positions, channels]);
        return this.#graph.node('Gather', [flat, this.#graph.integers(positions)], { axis: 1 });
      };
      const operand = this.#style.products.operand(this.#graph, qkv.name, x.value);
      const inWindows = operand.with(order(operand.raw, into));
      const [queries, keys, values] = [q, k, v].map((map) => this.#affine(inWindows, map)) as [string, string, string];
      const mixed = recordAttention(this.#graph, { queries, keys, values }, x, attention);
      return this.#graph.reshape(order(mixed, back), [-1, rows, columns, channels]);
    });

    const bias = part(2).bias;
    if (!bias) return attended;
    const record = () =>
      this.#graph.node('Add', [attended.value, this.#graph.tensor(`${attention.qkv.name}.bias`, bias)]);
    return new FeatureMap(x, record, {
      kind: 'affine',
      source: attended,
      scale: null,
      shift: Float64Array.from(bias.data),
    });
  }

  /** By ONNX's own operator. */
  #directConv(x: FeatureMap, layer: Layer, { stride, padding, depthwise }: ConvGeometry): FeatureMap {
    const kernel = layer.weight.shape[2]!;
    const side = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
    const size = { rows: side(x.rows), columns: side(x.columns), channels: layer.weight.shape[0]! };
    return this.#map(size, () => {
      const { weight, bias } = foldBatchNorm(layer);
      const inputs = [this.toChannelsFirst(x), this.#graph.tensor(`${layer.name}.weight`, weight)];
      if (bias) inputs.push(this.#graph.tensor(`${layer.name}.bias`, bias));
      const attributes = {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        group: depthwise ? x.channels : 1,
      };
      const y = this.#graph.node('Conv', inputs, attributes, layer.name);
      return this.#graph.node('Transpose', [y], { perm: TO_CHANNELS_LAST });
    });
  }

  /** A dense 3x3 convolution as one product over gathered neighbourhoods: moving bytes is cheap. */
  #gatheredConv(x: FeatureMap, layer: Layer): FeatureMap {
    const graph = this.#graph;
    const { weight, bias } = foldBatchNorm(layer);
    const map = { name: layer.name, factors: [flatFilters(channelsLast(weight))], bias };
    return this.#map({ ...sizeOf(x), channels: outputsOf(map) }, () => {
      const operand = this.#style.products.operand(graph, layer.name, x.value);
      const flat = graph.reshape(operand.raw, [-1, x.positions, x.channels]);
      const padded = graph.node('Pad', [flat, graph.integers([0, 0, 0, 0, 1, 0]), operand.zero]);
      const gathered = graph.node('Gather', [padded, graph.integers(neighbours(x, 3))], { axis: 1 });
      const rows = graph.reshape(gathered, [-1, x.rows, x.columns, 9 * x.channels]);
      return this.#affine(operand.with(rows), map);
    });
  }

  /** A convolution whose squares do not overlap: a linear map of cells. */
  #convOfCells(x: FeatureMap, layer: Layer, side: number): FeatureMap {
    const { weight, bias } = foldBatchNorm(layer);
    const image = this.#images.get(x);
    if (image) {
      image.cells ??= this.#map(cellSize(x, side), () => cellsOfImage(this.#graph, image.name, x, side));
      return this.#linear(image.cells, { name: layer.name, factors: [flatFilters(weight)], bias });
    }
    const cells = this.#cells(x, side, 'rows first');
    return this.#linear(cells, { name: layer.name, factors: [flatFilters(channelsLast(weight))], bias });
  }

  #cells(x: FeatureMap, side: number, order: CellOrder): FeatureMap {
    return this.#map(cellSize(x, side), () => cellsOfMap(this.#graph, x, side, order));
  }

  #linear(x: FeatureMap, map: LinearMap): FeatureMap {
    const { origin } = x;
    if (origin?.kind === 'affine' && (!origin.scale || this.#style.products.foldsScales))
      return this.#linear(origin.source, afterAffine(map, origin));
    if (origin?.kind === 'linear' && this.#style.compose && worthComposing(origin.map, map)) {
      return this.#linear(origin.source, compose(origin.map, map));
    }
    const record = () => this.#affine(this.#style.products.operand(this.#graph, map.name, x.value), map);
    return new FeatureMap({ ...sizeOf(x), channels: outputsOf(map) }, record, { kind: 'linear', source: x, map });
  }

  /** Records operand x weight + bias on the last axis. */
  #affine(operand: Operand, map: LinearMap): string {
    const weight = this.#style.products.weight(this.#graph, map);
    const product = this.#graph.node('MatMul', [operand.value(), weight], {}, map.name);
    if (!map.bias) return product;
    return this.#graph.node('Add', [product, this.#graph.tensor(`${map.name}.bias`, map.bias)], {}, map.name);
  }

  #unary(operator: string, x: FeatureMap): FeatureMap {
    return this.#map(x, () => this.#graph.node(operator, [x.value]));
  }

  #overPositions(operator: string, x: FeatureMap): FeatureMap {
    return this.#map({ rows: 1, columns: 1, channels: x.channels }, () => {
      const flat = this.#graph.reshape(x.value, [-1, x.positions, x.channels]);
      const reduced = this.#graph.node(operator, [flat, this.#graph.integers([1])], { keepdims: 0 });
      return this.#graph.reshape(reduced, [-1, 1, 1, x.channels]);
    });
  }

  /**
   * A map that is recorded at once, so that the weights that went into it can be let go. Linear maps wait: the next one may
   * take them into its weights.
   */
  #map(size: Size, record: () => string): FeatureMap {
    const value = record();
    return new FeatureMap(size, () => value);
  }
}

function sizeOf({ rows, columns, channels }: Size): Size {
  return { rows, columns, channels };
}
