import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { BatchNorm, ConvGeometry, Layer, LayerNorm, Ops, WindowAttention } from '../../models/hifuse/ops.ts';
import { relativePositionIndex } from '../../models/hifuse/relative-position.ts';
import type { Tensor as Parameter } from '../../models/hifuse/state-dict.ts';
import { shiftMask } from '../../models/hifuse/window-attention.ts';
import type { Random } from '../../models/random.ts';
import type { Backend } from '../engines/tfjs/backend.ts';
import { roll } from '../engines/tfjs/roll.ts';
import type { Node, Tape } from './tape.ts';

/** Share of the batch's statistics in the running ones, PyTorch's default. */
const MOMENTUM = 0.1;
const CHANNELS = -1;

export interface TrainingOpsOptions {
  tape: Tape;
  /** The tensor that stands for a parameter, in the checkpoint's layout. */
  value(parameter: Parameter): Tensor;
  /** Chance that the residual branches of the last block are dropped; earlier ones in proportion (Huang et al. 2016). */
  dropPath: number;
  random: Random;
}

/**
 * HiFuse's operations in training mode: they run at once, batch norm uses the batch's own statistics, and the tape knows
 * the way back. Weights stay in the layout of checkpoints, so that gradients and optimiser states are theirs, too.
 */
export class TrainingOps implements Ops<Node> {
  readonly #tf: typeof TensorFlow;
  readonly #native: boolean;
  readonly #tape: Tape;
  readonly #value: TrainingOpsOptions['value'];
  readonly #dropPath: number;
  readonly #random: Random;
  /** New running statistics, which the caller takes over after the step. */
  readonly statistics = new Map<Parameter, Tensor>();

  constructor({ tf, name }: Backend, { tape, value, dropPath, random }: TrainingOpsOptions) {
    this.#tf = tf;
    this.#native = name === 'tensorflow';
    this.#tape = tape;
    this.#value = value;
    this.#dropPath = dropPath;
    this.#random = random;
  }

  conv(x: Node, layer: Layer, { stride, padding, depthwise }: ConvGeometry): Node {
    const kernel = layer.weight.shape[2]!;
    const tf = this.#tf;
    let y: Node;
    if (stride === kernel && padding === 0) y = this.#patches(x, layer, kernel);
    else if (stride === 1 && 2 * padding + 1 === kernel) {
      y = depthwise ? this.#depthwise(x, layer, kernel) : this.#dense(x, layer, kernel);
      if (layer.bias) {
        const { bias } = layer;
        const before = y;
        y = this.#tape.apply({
          inputs: [before],
          parameters: [bias],
          forward: () => ({ y: tf.add(before.value, this.#value(bias)) }),
          backward: (dy) => ({ inputs: [dy], parameters: [this.#overPositions(dy)] }),
        });
      }
    } else
      throw new RangeError(`A convolution of ${kernel} with stride ${stride} and padding ${padding} is not trained.`);
    return layer.batchNorm ? this.batchNorm(y, layer.batchNorm) : y;
  }

  linear(x: Node, layer: Layer): Node {
    const tf = this.#tf;
    const { weight, bias } = layer;
    const [out = 0, inputs = 0] = weight.shape;
    const flat = (tensor: Tensor, columns: number) => tf.reshape(tensor, [-1, columns]);
    const y = this.#tape.apply({
      inputs: [x],
      parameters: bias ? [weight, bias] : [weight],
      forward: () => {
        const product = this.#product(flat(x.value, inputs), flat(this.#value(weight), inputs), false, true);
        const shifted = bias ? tf.add(product, this.#value(bias)) : product;
        return { y: tf.reshape(shifted, [...x.value.shape.slice(0, -1), out]) };
      },
      backward: (dy, _saved, [needed]) => {
        const d = flat(dy, out);
        const dWeight = tf.reshape(this.#product(d, flat(x.value, inputs), true, false), [...weight.shape]);
        return {
          inputs: [
            needed
              ? tf.reshape(this.#product(d, flat(this.#value(weight), inputs), false, false), x.value.shape)
              : null,
          ],
          parameters: bias ? [dWeight, tf.sum(d, 0)] : [dWeight],
        };
      },
    });
    return layer.batchNorm ? this.batchNorm(y, layer.batchNorm) : y;
  }

  layerNorm(x: Node, { weight, bias, epsilon }: LayerNorm): Node {
    const tf = this.#tf;
    return this.#tape.apply({
      inputs: [x],
      parameters: [weight, bias],
      forward: () => {
        const centred = tf.sub(x.value, tf.mean(x.value, CHANNELS, true));
        const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), CHANNELS, true), epsilon));
        const normal = tf.mul(centred, scale);
        return { y: tf.add(tf.mul(normal, this.#value(weight)), this.#value(bias)), saved: [normal, scale] };
      },
      backward: (dy, [normal, scale]) => {
        const dNormal = tf.mul(dy, this.#value(weight));
        const along = tf.mul(normal!, tf.mean(tf.mul(dNormal, normal!), CHANNELS, true));
        const dx = tf.mul(scale!, tf.sub(tf.sub(dNormal, tf.mean(dNormal, CHANNELS, true)), along));
        return { inputs: [dx], parameters: [this.#overPositions(tf.mul(dy, normal!)), this.#overPositions(dy)] };
      },
    });
  }

  batchNorm(x: Node, { weight, bias, epsilon, mean, variance }: BatchNorm): Node {
    const tf = this.#tf;
    const count = x.value.size / x.value.shape.at(-1)!;
    return this.#tape.apply({
      inputs: [x],
      parameters: [weight, bias],
      forward: () => {
        const batchMean = tf.div(this.#overPositions(x.value), count);
        const centred = tf.sub(x.value, batchMean);
        const batchVariance = tf.div(this.#overPositions(tf.square(centred)), count);
        const scale = tf.rsqrt(tf.add(batchVariance, epsilon));
        const normal = tf.mul(centred, scale);
        // PyTorch keeps the unbiased variance.
        this.#average(mean, batchMean);
        this.#average(variance, tf.mul(batchVariance, count / Math.max(1, count - 1)));
        return { y: tf.add(tf.mul(normal, this.#value(weight)), this.#value(bias)), saved: [normal, scale] };
      },
      backward: (dy, [normal, scale]) => {
        const dBias = this.#overPositions(dy);
        const dWeight = this.#overPositions(tf.mul(dy, normal!));
        const rest = tf.sub(tf.sub(dy, tf.div(dBias, count)), tf.mul(normal!, tf.div(dWeight, count)));
        return { inputs: [tf.mul(rest, tf.mul(scale!, this.#value(weight)))], parameters: [dWeight, dBias] };
      },
    });
  }

  gelu(x: Node): Node {
    const tf = this.#tf;
    return this.#elementwise(x, (value) => {
      const distribution = tf.mul(tf.add(tf.erf(tf.mul(value, Math.SQRT1_2)), 1), 0.5);
      const density = tf.mul(tf.exp(tf.mul(tf.square(value), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return { y: tf.mul(value, distribution), slope: tf.add(distribution, tf.mul(value, density)) };
    });
  }

  relu(x: Node): Node {
    const tf = this.#tf;
    return this.#elementwise(x, (value) => ({ y: tf.relu(value), slope: tf.cast(tf.greater(value, 0), 'float32') }));
  }

  sigmoid(x: Node): Node {
    const tf = this.#tf;
    return this.#elementwise(x, (value) => {
      const y = tf.sigmoid(value);
      return { y, slope: tf.mul(y, tf.sub(1, y)) };
    });
  }

  add(a: Node, b: Node): Node {
    return this.#tape.apply({
      inputs: [a, b],
      forward: () => ({ y: this.#tf.add(a.value, b.value) }),
      backward: (dy) => ({ inputs: [dy, dy] }),
    });
  }

  scale(x: Node, gate: Node): Node {
    const tf = this.#tf;
    const broadcast = gate.value.shape.flatMap((size, axis) => (size === x.value.shape[axis] ? [] : [axis]));
    return this.#tape.apply({
      inputs: [x, gate],
      forward: () => ({ y: tf.mul(x.value, gate.value) }),
      backward: (dy) => ({ inputs: [tf.mul(dy, gate.value), tf.sum(tf.mul(dy, x.value), broadcast, true)] }),
    });
  }

  concat(maps: readonly Node[]): Node {
    const tf = this.#tf;
    const sizes = maps.map(({ value }) => value.shape.at(-1)!);
    return this.#tape.apply({
      inputs: maps,
      forward: () => ({
        y: tf.concat(
          maps.map(({ value }) => value),
          CHANNELS,
        ),
      }),
      backward: (dy) => ({ inputs: tf.split(dy, sizes, dy.rank - 1) }),
    });
  }

  channelMaxMean(x: Node): Node {
    return this.concat([this.#maximum(x, [3]), this.#mean(x, [3])]);
  }

  globalMean(x: Node): Node {
    return this.#mean(x, [1, 2]);
  }

  globalMax(x: Node): Node {
    return this.#maximum(x, [1, 2]);
  }

  averagePool2(x: Node): Node {
    const tf = this.#tf;
    const [batch = 1, rows = 2, columns = 2, channels = 1] = x.value.shape;
    return this.#tape.apply({
      inputs: [x],
      forward: () => ({ y: tf.avgPool(x.value as Tensor4D, 2, 2, 'valid') }),
      backward: (dy) => {
        const quarter = tf.mul(dy, 0.25);
        const wide = tf.reshape(tf.concat([quarter, quarter], CHANNELS), [batch, rows / 2, 1, columns * channels]);
        return { inputs: [tf.reshape(tf.concat([wide, wide], 2), [batch, rows, columns, channels])] };
      },
    });
  }

  mergePatches(x: Node): Node {
    // The row within a cell varies faster than the column.
    return this.#rearranged(x, 2, [0, 1, 3, 4, 2, 5]);
  }

  windowAttention(x: Node, attention: WindowAttention): Node {
    const tf = this.#tf;
    const { heads, window, shift, qkv, biasTable } = attention;
    const [batch = 1, rows = 1, columns = 1, channels = 1] = x.value.shape;
    const perHead = channels / heads;
    const positions = window * window;
    const windows = (rows / window) * (columns / window);
    const down = rows / window;
    const across = columns / window;
    const factor = perHead ** -0.5;

    const intoWindows = (map: Tensor, rolled: number): Tensor => {
      const blocks = tf.reshape(roll(tf, map, rolled), [batch, down, window, across, window, channels]);
      return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch * windows, 1, positions, channels]);
    };
    const outOfWindows = (map: Tensor, rolled: number): Tensor => {
      const blocks = tf.reshape(map, [batch, down, across, window, window, channels]);
      return roll(tf, tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, rows, columns, channels]), rolled);
    };

    const inWindows = this.#tape.apply({
      inputs: [x],
      forward: () => ({ y: intoWindows(x.value, -shift) }),
      backward: (dy) => ({ inputs: [outOfWindows(dy, shift)] }),
    });
    const projected = this.linear(inWindows, qkv); // [B * windows, 1, positions, 3C]
    const index = relativePositionIndex(window);
    const attended = this.#tape.apply({
      inputs: [projected],
      parameters: [biasTable],
      forward: () => {
        const split = tf.reshape(projected.value, [batch * windows, positions, 3, heads, perHead]);
        const [q, k, v] = tf.unstack(tf.transpose(split, [2, 0, 3, 1, 4])) as [Tensor, Tensor, Tensor];
        const scaled = tf.mul(q, factor);
        const gathered = tf.gather(this.#value(biasTable), tf.tensor1d(index, 'int32')); // [positions^2, heads]
        const bias = tf.reshape(tf.transpose(gathered, [1, 0]), [1, 1, heads, positions, positions]);
        const mask = shiftMask(rows, columns, window, shift);
        const added = mask ? tf.add(bias, tf.tensor(mask.data, [1, windows, 1, positions, positions])) : bias;
        const scores = this.#product(scaled, k, false, true); // [B * windows, heads, positions, positions]
        const biased = tf.add(tf.reshape(scores, [batch, windows, heads, positions, positions]), added);
        const weights = tf.softmax(tf.reshape(biased, scores.shape));
        const out = tf.transpose(this.#product(weights, v, false, false), [0, 2, 1, 3]);
        return { y: tf.reshape(out, [batch * windows, 1, positions, channels]), saved: [scaled, k, v, weights] };
      },
      backward: (dy, [scaled, k, v, weights]) => {
        const split = tf.reshape(dy, [batch * windows, positions, heads, perHead]);
        const d = tf.transpose(split, [0, 2, 1, 3]);
        const dWeights = this.#product(d, v!, false, true);
        const centred = tf.sub(dWeights, tf.sum(tf.mul(dWeights, weights!), CHANNELS, true));
        const dScores = tf.mul(weights!, centred);
        const dq = tf.mul(this.#product(dScores, k!, false, false), factor);
        const dk = this.#product(dScores, scaled!, true, false);
        const dv = this.#product(weights!, d, true, false);
        const stacked = tf.transpose(tf.stack([dq, dk, dv]), [1, 3, 0, 2, 4]);
        const perPair = tf.reshape(tf.sum(dScores, 0), [heads, positions * positions]);
        return {
          inputs: [tf.reshape(stacked, projected.value.shape)],
          parameters: [this.#product(this.#membership(index, biasTable.shape[0]!), perPair as Tensor2D, false, true)],
        };
      },
    });
    return this.#tape.apply({
      inputs: [attended],
      forward: () => ({ y: outOfWindows(attended.value, shift) }),
      backward: (dy) => ({ inputs: [intoWindows(dy, -shift)] }),
    });
  }

  dropPath(x: Node, depth: number): Node {
    const rate = this.#dropPath * depth;
    if (rate === 0) return x;
    const tf = this.#tf;
    const batch = x.value.shape[0]!;
    const kept = Float32Array.from({ length: batch }, () => (this.#random() < rate ? 0 : 1 / (1 - rate)));
    return this.#tape.apply({
      inputs: [x],
      forward: () => {
        const gate = tf.tensor4d(kept, [batch, 1, 1, 1]);
        return { y: tf.mul(x.value, gate), saved: [gate] };
      },
      backward: (dy, [gate]) => ({ inputs: [tf.mul(dy, gate!)] }),
    });
  }

  /** Convolution without overlap: each k x k patch is one vector. */
  #patches(x: Node, layer: Layer, kernel: number): Node {
    const { weight } = layer;
    const cells = this.#rearranged(x, kernel, [0, 1, 3, 2, 4, 5]);
    const tf = this.#tf;
    const [out = 0, inputs = 0] = weight.shape;
    const matrix = () => tf.reshape(tf.transpose(this.#value(weight), [0, 2, 3, 1]), [out, -1]);
    const { bias } = layer;
    return this.#tape.apply({
      inputs: [cells],
      parameters: bias ? [weight, bias] : [weight],
      forward: () => {
        const product = this.#product(tf.reshape(cells.value, [-1, kernel * kernel * inputs]), matrix(), false, true);
        const shifted = bias ? tf.add(product, this.#value(bias)) : product;
        return { y: tf.reshape(shifted, [...cells.value.shape.slice(0, -1), out]) };
      },
      backward: (dy, _saved, [needed]) => {
        const d = tf.reshape(dy, [-1, out]);
        const product = this.#product(d, tf.reshape(cells.value, [d.shape[0]!, -1]), true, false);
        const dWeight = tf.transpose(tf.reshape(product, [out, kernel, kernel, inputs]), [0, 3, 1, 2]);
        return {
          inputs: [needed ? tf.reshape(this.#product(d, matrix(), false, false), cells.value.shape) : null],
          parameters: bias ? [dWeight, tf.sum(d, 0)] : [dWeight],
        };
      },
    });
  }

  /** Its way back to the input is the same convolution with the filters turned around. */
  #depthwise(x: Node, { weight }: Layer, kernel: number): Node {
    const tf = this.#tf;
    const channels = weight.shape[0]!;
    const filter = (): Tensor4D => tf.transpose(this.#value(weight) as Tensor4D, [2, 3, 0, 1]);
    const convolve = (map: Tensor, by: Tensor4D) => tf.depthwiseConv2d(map as Tensor4D, by, 1, 'same');
    return this.#tape.apply({
      inputs: [x],
      parameters: [weight],
      forward: () => ({ y: convolve(x.value, filter()) }),
      backward: (dy, _saved, [needed]) => {
        const taps = this.#shifts(x.value, kernel, (shifted) => this.#overPositions(tf.mul(shifted, dy)));
        const dFilter = tf.reshape(tf.stack(taps, 1), [channels, 1, kernel, kernel]);
        return {
          inputs: [needed ? convolve(dy, tf.reverse(filter(), [0, 1])) : null],
          parameters: [dFilter],
        };
      },
    });
  }

  #dense(x: Node, { weight }: Layer, kernel: number): Node {
    const tf = this.#tf;
    const [out = 0, inputs = 0] = weight.shape;
    const filter = (): Tensor4D => tf.transpose(this.#value(weight) as Tensor4D, [2, 3, 1, 0]);
    const convolve = (map: Tensor, by: Tensor4D) => tf.conv2d(map as Tensor4D, by, 1, 'same');
    return this.#tape.apply({
      inputs: [x],
      parameters: [weight],
      forward: () => ({ y: convolve(x.value, filter()) }),
      backward: (dy, _saved, [needed]) => {
        const d = tf.reshape(dy, [-1, out]);
        const taps = this.#shifts(x.value, kernel, (shifted) =>
          this.#product(d, tf.reshape(shifted, [-1, inputs]), true, false),
        );
        const dFilter = tf.reshape(tf.stack(taps, 2), [out, inputs, kernel, kernel]);
        const turned = () => tf.transpose(tf.reverse(filter(), [0, 1]), [0, 1, 3, 2]);
        return { inputs: [needed ? convolve(dy, turned()) : null], parameters: [dFilter] };
      },
    });
  }

  /** What `use` makes of the map as each tap of a k x k filter sees it, tap after tap. */
  #shifts(x: Tensor, kernel: number, use: (shifted: Tensor) => Tensor): Tensor[] {
    const tf = this.#tf;
    const [batch = 1, rows = 1, columns = 1, channels = 1] = x.shape;
    const border: [number, number] = [(kernel - 1) / 2, (kernel - 1) / 2];
    const padded = tf.pad(x, [[0, 0], border, border, [0, 0]]);
    return Array.from({ length: kernel * kernel }, (_, tap) =>
      tf.tidy(() =>
        use(tf.slice(padded, [0, Math.floor(tap / kernel), tap % kernel, 0], [batch, rows, columns, channels])),
      ),
    );
  }

  /** Each cell of size x size positions becomes one position. */
  #rearranged(x: Node, size: number, order: number[]): Node {
    const tf = this.#tf;
    const [batch = 1, rows = 1, columns = 1, channels = 1] = x.value.shape;
    const cells = [batch, rows / size, size, columns / size, size, channels];
    const ordered = order.map((axis) => cells[axis]!);
    const back = order.map((_, axis) => order.indexOf(axis));
    return this.#tape.apply({
      inputs: [x],
      forward: () => ({
        y: tf.reshape(tf.transpose(tf.reshape(x.value, cells), order), [
          batch,
          rows / size,
          columns / size,
          size * size * channels,
        ]),
      }),
      backward: (dy) => ({
        inputs: [tf.reshape(tf.transpose(tf.reshape(dy, ordered), back), x.value.shape)],
      }),
    });
  }

  #elementwise(x: Node, compute: (value: Tensor) => { y: Tensor; slope: Tensor }): Node {
    return this.#tape.apply({
      inputs: [x],
      forward: () => {
        const { y, slope } = compute(x.value);
        return { y, saved: [slope] };
      },
      backward: (dy, [slope]) => ({ inputs: [this.#tf.mul(dy, slope!)] }),
    });
  }

  #mean(x: Node, axes: number[]): Node {
    const tf = this.#tf;
    const count = axes.reduce((product, axis) => product * x.value.shape[axis]!, 1);
    return this.#tape.apply({
      inputs: [x],
      forward: () => ({ y: tf.mean(x.value, axes, true) }),
      backward: (dy) => ({ inputs: [tf.mul(tf.onesLike(x.value), tf.div(dy, count))] }),
    });
  }

  /** Equal largest values share the gradient. */
  #maximum(x: Node, axes: number[]): Node {
    const tf = this.#tf;
    return this.#tape.apply({
      inputs: [x],
      forward: () => {
        const y = tf.max(x.value, axes, true);
        const largest = tf.cast(tf.equal(x.value, y), 'float32');
        return { y, saved: [tf.div(largest, tf.sum(largest, axes, true))] };
      },
      backward: (dy, [share]) => ({ inputs: [tf.mul(share!, dy)] }),
    });
  }

  /** Sum over the positions of each image, then over the images: WebAssembly adds in float32 one by one. */
  #overPositions(x: Tensor): Tensor {
    return this.#tf.sum(this.#tf.sum(x, [1, 2]), 0);
  }

  /** [rows, index.length]: 1 where the index names the row. */
  #membership(index: Int32Array, rows: number): Tensor {
    const data = new Float32Array(rows * index.length);
    for (const [i, row] of index.entries()) data[row * index.length + i] = 1;
    return this.#tf.tensor2d(data, [rows, index.length]);
  }

  /** Product of matrices, of many at once where there are more axes. */
  #product(a: Tensor, b: Tensor, turnA: boolean, turnB: boolean): Tensor {
    const tf = this.#tf;
    if (this.#native) return tf.matMul(a, b, turnA, turnB);
    // WebAssembly's fast product takes matrices as they lie.
    const turned = (m: Tensor) =>
      tf.transpose(
        m,
        [...m.shape.keys()].map((axis, i, { length }) => (i < length - 2 ? axis : 2 * length - 3 - axis)),
      );
    return tf.matMul(turnA ? turned(a) : a, turnB ? turned(b) : b);
  }

  #average(parameter: Parameter, ofBatch: Tensor): void {
    const tf = this.#tf;
    const average = tf.add(tf.mul(this.#value(parameter), 1 - MOMENTUM), tf.mul(ofBatch, MOMENTUM));
    this.statistics.set(parameter, tf.keep(average));
  }
}
