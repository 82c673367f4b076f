/**
 * Linear maps on the channels, and what can be taken into them before the graph is recorded. Weights are [out, in] as
 * released; inputs are never changed.
 */
import { foldBatchNorm } from '../../../models/hifuse/fold-batch-norm.ts';
import type { Layer } from '../../../models/hifuse/ops.ts';
import type { Tensor } from '../../../models/hifuse/state-dict.ts';
import type { Graph } from './graph.ts';
import { quantizeRows } from './quantization.ts';

export interface LinearMap {
  name: string;
  /** Applied one after the other; ONNX Runtime multiplies the constants when it loads the graph. */
  factors: readonly Tensor[];
  bias: Tensor | null;
}

/** The map of a linear layer or 1x1 convolution, its batch norm folded. */
export function linearMap(layer: Layer): LinearMap {
  const { weight, bias } = foldBatchNorm(layer);
  const [outputs, inputs] = weight.shape as [number, number];
  return { name: layer.name, factors: [{ shape: [outputs, inputs], data: weight.data }], bias };
}

/** `second` after `first`, as one map. */
export function compose(first: LinearMap, second: LinearMap): LinearMap {
  const moved = first.bias ? addThrough(second, first.bias.data) : second.bias;
  return { name: second.name, factors: [...first.factors, ...second.factors], bias: moved };
}

/** Whether one map takes no more products than the two: not where the first narrows the channels down. */
export function worthComposing(first: LinearMap, second: LinearMap): boolean {
  const [middle, inputs] = [outputsOf(first), first.factors[0]!.shape[1]!];
  const outputs = outputsOf(second);
  return inputs * outputs <= inputs * middle + middle * outputs;
}

/** The map that first applies x * scale + shift (null: scale one) to its inputs. */
export function afterAffine(
  map: LinearMap,
  { scale, shift }: { scale: Float64Array | null; shift: Float64Array },
): LinearMap {
  const [first, ...rest] = map.factors as [Tensor, ...Tensor[]];
  const factors = scale ? [scaleInputs(first, scale), ...rest] : map.factors;
  return { ...map, factors, bias: addThrough(map, shift) };
}

/** The rows [from, to) of the outputs, all times `factor`. */
export function selectOutputs(map: LinearMap, from: number, to: number, factor = 1): LinearMap {
  const last = map.factors.at(-1)!;
  const inputs = last.shape[1]!;
  const scaled = (data: Float32Array) => (factor === 1 ? data : data.map((value) => value * factor));
  const weight = { shape: [to - from, inputs], data: scaled(last.data.subarray(from * inputs, to * inputs)) };
  const bias = map.bias && { shape: [to - from], data: scaled(map.bias.data.subarray(from, to)) };
  return { name: map.name, factors: [...map.factors.slice(0, -1), weight], bias };
}

/** Channels that the map makes. */
export function outputsOf(map: LinearMap): number {
  return map.factors.at(-1)!.shape[0]!;
}

/** Records the map's weight, [in, out]. */
export function recordWeight(graph: Graph, map: LinearMap): string {
  const name = `${map.name}.weight`;
  return map.factors
    .map((factor) => graph.tensor(name, inputsFirst(factor)))
    .reduce((left, right) => graph.node('MatMul', [left, right], {}, name));
}

/** Records the map's weight, [in, out], in int8 with a scale per output. The map must be a single factor. */
export function recordWeightInt8(graph: Graph, map: LinearMap): string {
  if (map.factors.length !== 1) throw new Error(`${map.name} is several maps: they cannot be quantised as one.`);
  const [outputs, inputs] = map.factors[0]!.shape as [number, number];
  const { values, scales } = quantizeRows(map.factors[0]!.data, outputs);
  const name = `${map.name}.weight`;
  const turned = transpose(values, new Int8Array(values.length), outputs, inputs);
  const bytes = graph.constant(name, { shape: [inputs, outputs], type: 'int8', data: turned });
  const scale = graph.tensor(`${name}_scale`, { shape: [outputs], data: scales });
  const zero = graph.constant(`${name}_zero`, { shape: [outputs], type: 'int8', data: new Int8Array(outputs) });
  return graph.node('DequantizeLinear', [bytes, scale, zero], { axis: 1 });
}

/** [out, in] -> [in, out]. */
function inputsFirst({ shape, data }: Tensor): Tensor {
  const [outputs, inputs] = shape as [number, number];
  return { shape: [inputs, outputs], data: transpose(data, new Float32Array(data.length), outputs, inputs) };
}

/** Transposes rows x columns into `result`, in square blocks: those stay in the cache, whole columns do not. */
function transpose<A extends Float32Array | Int8Array>(data: A, result: A, rows: number, columns: number): A {
  const block = 32;
  for (let top = 0; top < rows; top += block) {
    const bottom = Math.min(top + block, rows);
    for (let left = 0; left < columns; left += block) {
      const right = Math.min(left + block, columns);
      for (let r = top; r < bottom; r++) {
        for (let c = left; c < right; c++) result[c * rows + r] = data[r * columns + c]!;
      }
    }
  }
  return result;
}

function scaleInputs({ shape, data }: Tensor, scale: Float64Array): Tensor {
  const scaled = new Float32Array(data.length);
  for (let start = 0; start < scaled.length; start += scale.length) {
    for (let i = 0; i < scale.length; i++) scaled[start + i] = data[start + i]! * scale[i]!;
  }
  return { shape, data: scaled };
}

/** The map's bias once `shift` is added to its inputs. */
function addThrough(map: LinearMap, shift: ArrayLike<number>): Tensor {
  let vector = Float64Array.from(shift);
  for (const { shape, data } of map.factors) {
    const [outputs, inputs] = shape as [number, number];
    const moved = new Float64Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += data[o * inputs + i]! * vector[i]!;
      moved[o] = sum;
    }
    vector = moved;
  }
  return { shape: [vector.length], data: Float32Array.from(vector, (value, o) => value + (map.bias?.data[o] ?? 0)) };
}
