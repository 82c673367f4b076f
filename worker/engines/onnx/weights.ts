/** Rearrangements of weights for matrix products. Inputs are never changed. */
import type { Tensor } from '../../../models/hifuse/state-dict.ts';

/** [out, in] or [out, in, 1, 1] -> [in, out]. */
export function inputsFirst(weight: Tensor): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  const data = new Float32Array(outputs * inputs);
  // Square blocks stay in the cache; whole rows against whole columns do not.
  const block = 32;
  for (let top = 0; top < outputs; top += block) {
    for (let left = 0; left < inputs; left += block) {
      const bottom = Math.min(top + block, outputs);
      const right = Math.min(left + block, inputs);
      for (let o = top; o < bottom; o++) {
        for (let i = left; i < right; i++) data[i * outputs + o] = weight.data[o * inputs + i]!;
      }
    }
  }
  return { shape: [inputs, outputs], data };
}

/** Weight of a convolution over k x k cells, [out, in, k, k] -> [k k in, out]: rows, columns, channels of a cell. */
export function cellsToRows(weight: Tensor): Tensor {
  const [outputs, inputs, side] = weight.shape as [number, number, number, number];
  const area = side * side;
  const data = new Float32Array(weight.data.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < area; p++) data[(p * inputs + i) * outputs + o] = weight.data[(o * inputs + i) * area + p]!;
    }
  }
  return { shape: [area * inputs, outputs], data };
}

/** The linear map that first applies x * scale + shift to its inputs. */
export function scaleInputs(
  { weight, bias }: { weight: Tensor; bias: Tensor | null },
  { scale, shift }: { scale: Float64Array; shift: Float64Array },
): { weight: Tensor; bias: Tensor } {
  const [outputs, inputs] = weight.shape as [number, number];
  const data = new Float32Array(weight.data.length);
  const moved = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = bias?.data[o] ?? 0;
    for (let i = 0; i < inputs; i++) {
      const value = weight.data[o * inputs + i]!;
      data[o * inputs + i] = value * scale[i]!;
      sum += value * shift[i]!;
    }
    moved[o] = sum;
  }
  return { weight: { shape: weight.shape, data }, bias: { shape: [outputs], data: moved } };
}
