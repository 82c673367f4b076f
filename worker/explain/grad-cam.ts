import { headParameters } from '../../models/hifuse/network.ts';
import { Parameters } from '../../models/hifuse/parameters.ts';
import type { StateDict } from '../../models/hifuse/state-dict.ts';
import type { Output } from '../engines/engine.ts';
import type { HeatMap } from '../protocol.ts';

/**
 * Grad-CAM (Selvaraju et al. 2017) of one class at the last fused map, from the forward pass alone.
 *
 * The logits are linear in the layer norm of the map's spatial mean m, so the gradient is the same at every position and
 * has a closed form. With n = (m - mean(m)) / s, s the norm's standard deviation, and g = weights of the class times the
 * norm's weights: d logit / d m = (g - mean(g) - n mean(g n)) / s, divided by the number of positions for the map.
 *
 * @param fused4 [N, C, H, W]
 * @param image index of the image in the batch
 * @returns relu(sum over channels of gradient times map), H x W, not normalised
 */
export function gradCam(fused4: Output, state: StateDict, image: number, classIndex: number): HeatMap {
  const [, channels, rows, columns] = fused4.shape as [number, number, number, number];
  const positions = rows * columns;
  const map = fused4.data.subarray(image * channels * positions, (image + 1) * channels * positions);
  const gradient = logitGradient(map, channels, state, classIndex);

  const sums = new Float64Array(positions);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < positions; p++) sums[p]! += gradient[c]! * map[c * positions + p]!;
  }
  return { classIndex, rows, columns, values: Float32Array.from(sums, (sum) => Math.max(sum, 0)) };
}

/** Gradient of a class's logit at every position of the map, per channel. */
function logitGradient(map: Float32Array, channels: number, state: StateDict, classIndex: number): Float64Array {
  const positions = map.length / channels;
  const { norm, linear } = headParameters(new Parameters(state));

  const pooled = Float64Array.from({ length: channels }, (_, c) =>
    mean(map.subarray(c * positions, (c + 1) * positions)),
  );
  const center = mean(pooled);
  const deviation = Math.sqrt(mean(pooled.map((value) => (value - center) ** 2)) + norm.epsilon);
  const normalised = pooled.map((value) => (value - center) / deviation);

  const weights = linear.weight.data.subarray(classIndex * channels, (classIndex + 1) * channels);
  const g = Float64Array.from(weights, (weight, c) => weight * norm.weight.data[c]!);
  const meanG = mean(g);
  const meanGN = mean(g.map((value, c) => value * normalised[c]!));
  return g.map((value, c) => (value - meanG - normalised[c]! * meanGN) / deviation / positions);
}

function mean(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
