/** Mapping of float32 values to eight bits. */

export type Range = readonly [minimum: number, maximum: number];

/** Smallest and largest input of each layer that is quantised, by the layer's released name. */
export type ActivationRanges = ReadonlyMap<string, Range>;

const ACTIVATION_STEPS = 255;
/** Symmetric int8 leaves -128 out. */
const WEIGHT_STEPS = 127;

/** uint8 = round(x / scale) + zeroPoint, cut to 0..255. Zero is always represented exactly: padding and gates rely on it. */
export function activationScale([minimum, maximum]: Range): { scale: number; zeroPoint: number } {
  const low = Math.min(minimum, 0);
  const high = Math.max(maximum, 0);
  const scale = Math.fround((high - low) / ACTIVATION_STEPS) || 1;
  return { scale, zeroPoint: Math.min(Math.max(Math.round(-low / scale), 0), ACTIVATION_STEPS) };
}

/** Rows [out, in] as int8 with one scale per row: int8 = round(x / scale). */
export function quantizeRows(data: Float32Array, rows: number): { values: Int8Array; scales: Float32Array } {
  const width = data.length / rows;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let i = row * width; i < (row + 1) * width; i++) largest = Math.max(largest, Math.abs(data[i]!));
    const scale = Math.fround(largest / WEIGHT_STEPS) || 1;
    scales[row] = scale;
    for (let i = row * width; i < (row + 1) * width; i++) values[i] = Math.round(data[i]! / scale);
  }
  return { values, scales };
}
