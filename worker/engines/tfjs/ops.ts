import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { HifuseError } from '../../../models/errors.ts';
import { batchNormAffine, foldBatchNorm } from '../../../models/hifuse/fold-batch-norm.ts';
import type { BatchNorm, ConvGeometry, Layer, LayerNorm, Ops, WindowAttention } from '../../../models/hifuse/ops.ts';
import type { Tensor as Parameter } from '../../../models/hifuse/state-dict.ts';
import { relativePositionBias, shiftMask } from '../../../models/hifuse/window-attention.ts';
import type { Program, Value } from './program.ts';
import { roll } from './roll.ts';

const CHANNELS = -1;

/** HiFuse's operations as steps of a TensorFlow.js program. Maps are NHWC, TensorFlow's own layout. */
export class TensorFlowOps implements Ops<Value> {
  readonly #tf: typeof TensorFlow;
  readonly #program: Program;

  constructor(tf: typeof TensorFlow, program: Program) {
    this.#tf = tf;
    this.#program = program;
  }

  conv(x: Value, layer: Layer, geometry: ConvGeometry): Value {
    const tf = this.#tf;
    const { weight, bias } = foldBatchNorm(layer);
    const [out = 0, perGroup = 0, kernel = 0] = weight.shape;
    const { stride, padding, depthwise } = geometry;
    // [out, in, k, k] -> [k, k, in, out]; depthwise [C, 1, k, k] -> [k, k, C, 1]
    const filter = depthwise
      ? this.#constant(permuted(weight, [2, 3, 0, 1]))
      : this.#constant(permuted(weight, [2, 3, 1, 0]));
    const shape = {
      rows: Math.floor((x.rows + 2 * padding - kernel) / stride) + 1,
      columns: Math.floor((x.columns + 2 * padding - kernel) / stride) + 1,
      channels: out,
    };
    if (!depthwise && perGroup !== x.channels) throw misfit(layer, x);
    const biasTensor = bias && this.#constant(bias);
    const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
    // TensorFlow's backend takes no number of zeros; `same` is (kernel - 1) / 2 of them at stride 1.
    const same = stride === 1 && padding === (kernel - 1) / 2;
    return this.#program.step(shape, [x], (input) => {
      const padded = same || padding === 0 ? input : tf.pad(input, border(padding));
      const y = convolve(padded as Tensor4D, filter as Tensor4D, stride, same ? 'same' : 'valid');
      return biasTensor ? tf.add(y, biasTensor) : y;
    });
  }

  linear(x: Value, layer: Layer): Value {
    const multiply = this.#matrix(layer, x);
    return this.#program.step({ ...x, channels: layer.weight.shape[0]! }, [x], (input) => {
      const [batch = 1] = input.shape;
      return this.#tf.reshape(multiply(input), [batch, x.rows, x.columns, -1]);
    });
  }

  layerNorm(x: Value, norm: LayerNorm): Value {
    const tf = this.#tf;
    const weight = this.#constant(norm.weight);
    const bias = this.#constant(norm.bias);
    return this.#program.step(x, [x], (input) => {
      const centred = tf.sub(input, tf.mean(input, CHANNELS, true));
      const variance = tf.mean(tf.square(centred), CHANNELS, true);
      const scaled = tf.mul(centred, tf.rsqrt(tf.add(variance, norm.epsilon)));
      return tf.add(tf.mul(scaled, weight), bias);
    });
  }

  batchNorm(x: Value, norm: BatchNorm): Value {
    const tf = this.#tf;
    const affine = batchNormAffine(norm);
    const scale = this.#program.constant(Float32Array.from(affine.scale), [x.channels]);
    const shift = this.#program.constant(Float32Array.from(affine.shift), [x.channels]);
    return this.#program.step(x, [x], (input) => tf.add(tf.mul(input, scale), shift));
  }

  gelu(x: Value): Value {
    const tf = this.#tf;
    return this.#program.step(x, [x], (input) => {
      const erf = tf.erf(tf.mul(input, Math.SQRT1_2));
      return tf.mul(tf.mul(input, 0.5), tf.add(erf, 1));
    });
  }

  relu(x: Value): Value {
    return this.#program.step(x, [x], (input) => this.#tf.relu(input));
  }

  sigmoid(x: Value): Value {
    return this.#program.step(x, [x], (input) => this.#tf.sigmoid(input));
  }

  add(a: Value, b: Value): Value {
    return this.#program.step(a, [a, b], (left, right) => this.#tf.add(left!, right!));
  }

  scale(x: Value, gate: Value): Value {
    return this.#program.step(x, [x, gate], (input, factor) => this.#tf.mul(input!, factor!));
  }

  concat(maps: readonly Value[]): Value {
    const [first] = maps;
    const channels = maps.reduce((sum, map) => sum + map.channels, 0);
    return this.#program.step({ ...first!, channels }, maps, (...inputs) => this.#tf.concat(inputs, CHANNELS));
  }

  channelMaxMean(x: Value): Value {
    const tf = this.#tf;
    return this.#program.step({ ...x, channels: 2 }, [x], (input) =>
      tf.concat([tf.max(input, CHANNELS, true), tf.mean(input, CHANNELS, true)], CHANNELS),
    );
  }

  globalMean(x: Value): Value {
    return this.#program.step(vector(x.channels), [x], (input) => this.#tf.mean(input, [1, 2], true));
  }

  globalMax(x: Value): Value {
    return this.#program.step(vector(x.channels), [x], (input) => this.#tf.max(input, [1, 2], true));
  }

  averagePool2(x: Value): Value {
    const shape = { rows: x.rows / 2, columns: x.columns / 2, channels: x.channels };
    return this.#program.step(shape, [x], (input) => this.#tf.avgPool(input as Tensor4D, 2, 2, 'valid'));
  }

  mergePatches(x: Value): Value {
    const tf = this.#tf;
    const shape = { rows: x.rows / 2, columns: x.columns / 2, channels: 4 * x.channels };
    return this.#program.step(shape, [x], (input) => {
      const [batch = 1] = input.shape;
      const cells = tf.reshape(input, [batch, shape.rows, 2, shape.columns, 2, x.channels]);
      const ordered = tf.transpose(cells, [0, 1, 3, 4, 2, 5]); // the row within a cell varies faster than the column
      return tf.reshape(ordered, [batch, shape.rows, shape.columns, shape.channels]);
    });
  }

  windowAttention(x: Value, attention: WindowAttention): Value {
    const tf = this.#tf;
    const { heads, window, shift } = attention;
    const perHead = x.channels / heads;
    const positions = window * window;
    const down = x.rows / window;
    const across = x.columns / window;
    const windows = down * across;
    const multiply = this.#matrix(attention.qkv, x);
    const bias = this.#attentionBias(x, attention);

    return this.#program.step(x, [x], (input) => {
      const [batch = 1] = input.shape;
      const blocks = tf.reshape(roll(tf, input, -shift), [batch, down, window, across, window, x.channels]);
      const inWindows = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]);
      const qkv = tf.reshape(multiply(inWindows), [batch * windows, positions, 3, heads, perHead]);
      const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])) as [Tensor, Tensor, Tensor];

      const products = tf.matMul(tf.mul(q, perHead ** -0.5), k, false, true); // [B * windows, heads, positions, positions]
      const scores = tf.add(tf.reshape(products, [batch, windows, heads, positions, positions]), bias);
      const weights = tf.softmax(tf.reshape(scores, products.shape));

      const perPosition = tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]);
      const outOfWindows = tf.reshape(perPosition, [batch, down, across, window, window, x.channels]);
      const attended = tf.reshape(tf.transpose(outOfWindows, [0, 1, 3, 2, 4, 5]), input.shape);
      return roll(tf, attended, shift);
    });
  }

  /** What is added to the scores: [1, 1, heads, positions, positions], or with a shift one for each window. */
  #attentionBias(x: Value, { biasTable, heads, window, shift }: WindowAttention): Tensor {
    const bias = relativePositionBias(biasTable, heads, window);
    const mask = shiftMask(x.rows, x.columns, window, shift);
    const pairs = window ** 4;
    if (!mask) return this.#program.constant(bias.data, [1, 1, ...bias.shape]);
    const windows = mask.shape[0]!;
    const data = new Float32Array(windows * heads * pairs);
    for (let w = 0; w < windows; w++) {
      for (let head = 0; head < heads; head++) {
        for (let pair = 0; pair < pairs; pair++) {
          data[(w * heads + head) * pairs + pair] = bias.data[head * pairs + pair]! + mask.data[w * pairs + pair]!;
        }
      }
    }
    return this.#program.constant(data, [1, windows, ...bias.shape]);
  }

  /** The product of a map's positions, [any, C], with a layer's matrix, plus its bias: [any, out]. */
  #matrix(layer: Layer, x: Value): (input: Tensor) => Tensor {
    const { weight, bias } = foldBatchNorm(layer);
    const [out = 0, channels = 0] = weight.shape;
    if (channels !== x.channels) throw misfit(layer, x);
    const matrix = this.#constant(permuted({ shape: [out, channels], data: weight.data }, [1, 0])) as Tensor2D;
    const biasTensor = bias && this.#constant(bias);
    const { fused, reshape } = this.#tf;
    return (input) => {
      const positions = reshape(input, [-1, channels]) as Tensor2D;
      return fused.matMul({ a: positions, b: matrix, ...(biasTensor && { bias: biasTensor }) });
    };
  }

  #constant(parameter: Parameter): Tensor {
    return this.#program.constant(parameter.data, parameter.shape);
  }
}

function vector(channels: number): { rows: number; columns: number; channels: number } {
  return { rows: 1, columns: 1, channels };
}

/** Zeros around rows and columns of a map, as tf.pad takes them. */
function border(size: number): [number, number][] {
  return [
    [0, 0],
    [size, size],
    [size, size],
    [0, 0],
  ];
}

function misfit(layer: Layer, x: Value): HifuseError {
  return new HifuseError('model.shape-mismatch', {
    reason: 'channels',
    name: layer.name,
    shape: layer.weight.shape.join(', '),
    channels: x.channels,
  });
}

/** The tensor with its axes in another order: axis i of the result is axis `order[i]` of the parameter. */
function permuted(parameter: Parameter, order: readonly number[]): Parameter {
  const strides = parameter.shape.map((_, axis) => parameter.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const shape = order.map((axis) => parameter.shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const data = new Float32Array(parameter.data.length);
  const position = shape.map(() => 0);
  let source = 0;
  for (let i = 0; i < data.length; i++) {
    data[i] = parameter.data[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      source -= steps[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return { shape, data };
}
