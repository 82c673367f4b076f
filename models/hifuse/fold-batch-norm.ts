import type { BatchNorm, Layer } from './ops.ts';
import type { Tensor } from './state-dict.ts';

/** Batch norm with running statistics as y = x * scale + shift, per channel. Computed in double precision. */
export function batchNormAffine(norm: BatchNorm): { scale: Float64Array; shift: Float64Array } {
  const channels = norm.weight.data.length;
  const scale = new Float64Array(channels);
  const shift = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    scale[c] = norm.weight.data[c]! / Math.sqrt(norm.variance.data[c]! + norm.epsilon);
    shift[c] = norm.bias.data[c]! - norm.mean.data[c]! * scale[c]!;
  }
  return { scale, shift };
}

/** Weight and bias of a layer with its batch norm multiplied in. Bias is null where neither has one. */
export function foldBatchNorm(layer: Layer): { weight: Tensor; bias: Tensor | null } {
  if (!layer.batchNorm) return { weight: layer.weight, bias: layer.bias };
  const { scale, shift } = batchNormAffine(layer.batchNorm);
  const perFilter = layer.weight.data.length / scale.length;
  const weight = new Float32Array(layer.weight.data.length);
  for (let c = 0; c < scale.length; c++) {
    for (let i = c * perFilter; i < (c + 1) * perFilter; i++) weight[i] = layer.weight.data[i]! * scale[c]!;
  }
  const bias = Float32Array.from(shift, (value, c) => (layer.bias?.data[c] ?? 0) * scale[c]! + value);
  return { weight: { shape: layer.weight.shape, data: weight }, bias: { shape: [bias.length], data: bias } };
}
