/**
 * Bilinear resizing, bit for bit as Pillow's Image.resize does it for 8-bit images: antialiased (the triangle filter is
 * stretched by the scale when shrinking), separable, first along rows and then along columns, in fixed point with an
 * 8-bit result between the two passes. Computes only the rectangle that is asked for.
 */

/** Fraction bits of a weight: 32 bits less 8 for the sample and 2 for sign and overflow. */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** Which input samples make each output sample of one axis, and by which weights. */
interface Weights {
  /** First input index per output. */
  first: Int32Array;
  /** Number of weights per output. */
  count: Int32Array;
  /** `size` fixed-point weights per output, the first `count` of them used. */
  values: Int32Array;
  size: number;
}

/** Weights of outputs `start` to `start + length` when `inputSize` samples become `outputSize`. */
function bilinearWeights(inputSize: number, outputSize: number, start: number, length: number): Weights {
  const scale = inputSize / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = filterScale; // the triangle's half width is 1
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const values = new Int32Array(length * size);
  const inverse = 1 / filterScale;
  const real = new Float64Array(size);
  for (let i = 0; i < length; i++) {
    const center = (start + i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const high = Math.min(inputSize, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let x = low; x < high; x++) {
      const weight = Math.max(0, 1 - Math.abs((x - center + 0.5) * inverse));
      real[x - low] = weight;
      sum += weight;
    }
    for (let k = 0; k < high - low; k++) {
      const weight = sum === 0 ? real[k]! : real[k]! / sum;
      values[i * size + k] = Math.trunc(0.5 + weight * (1 << PRECISION_BITS));
    }
    first[i] = low;
    count[i] = high - low;
  }
  return { first, count, values, size };
}

/** Fixed point to 8 bits. Weights are rounded one by one, so that a sum may exceed 255 by a hair. */
const toByte = (sum: number): number => {
  const value = sum >> PRECISION_BITS;
  return value > 255 ? 255 : value;
};

/** An 8-bit image: rows*columns*channels samples, interleaved. */
export interface ByteImage {
  rows: number;
  columns: number;
  channels: 1 | 3;
  pixels: Uint8Array<ArrayBuffer>;
}

/** Size to which the whole image is resized, and the part of that which is wanted. All integers. */
export interface ResizePlan {
  width: number;
  height: number;
  left: number;
  top: number;
  cropWidth: number;
  cropHeight: number;
}

function resizeRows(image: ByteImage, weights: Weights, firstRow: number, rows: number, columns: number): Uint8Array {
  const { channels, pixels } = image;
  const { first, count, values, size } = weights;
  const out = new Uint8Array(rows * columns * channels);
  for (let y = 0; y < rows; y++) {
    const row = (firstRow + y) * image.columns * channels;
    let to = y * columns * channels;
    for (let x = 0; x < columns; x++) {
      const n = count[x]!;
      const w = x * size;
      let from = row + first[x]! * channels;
      if (channels === 1) {
        let sum = HALF;
        for (let k = 0; k < n; k++) sum = (sum + pixels[from + k]! * values[w + k]!) | 0;
        out[to++] = toByte(sum);
      } else {
        let red = HALF;
        let green = HALF;
        let blue = HALF;
        for (let k = 0; k < n; k++, from += 3) {
          const weight = values[w + k]!;
          red = (red + pixels[from]! * weight) | 0;
          green = (green + pixels[from + 1]! * weight) | 0;
          blue = (blue + pixels[from + 2]! * weight) | 0;
        }
        out[to++] = toByte(red);
        out[to++] = toByte(green);
        out[to++] = toByte(blue);
      }
    }
  }
  return out;
}

/** The second pass; a row of `stride` samples at a time, so that memory is read in order. */
function resizeColumns(input: Uint8Array, stride: number, weights: Weights, firstRow: number, rows: number) {
  const { first, count, values, size } = weights;
  const out = new Uint8Array(rows * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < rows; y++) {
    sums.fill(HALF);
    const n = count[y]!;
    for (let k = 0; k < n; k++) {
      const weight = values[y * size + k]!;
      const from = (first[y]! - firstRow + k) * stride;
      for (let i = 0; i < stride; i++) sums[i] = sums[i]! + input[from + i]! * weight;
    }
    for (let i = 0; i < stride; i++) out[y * stride + i] = toByte(sums[i]!);
  }
  return out;
}

/** Resizes the image to width x height and returns cropWidth x cropHeight of it from (left, top). */
export function resizeBilinear(image: ByteImage, plan: ResizePlan): ByteImage {
  const horizontal = bilinearWeights(image.columns, plan.width, plan.left, plan.cropWidth);
  const vertical = bilinearWeights(image.rows, plan.height, plan.top, plan.cropHeight);
  // Rows that the second pass will read; the others need no first pass.
  const last = plan.cropHeight - 1;
  const firstRow = vertical.first[0]!;
  const rowCount = vertical.first[last]! + vertical.count[last]! - firstRow;
  const narrow = resizeRows(image, horizontal, firstRow, rowCount, plan.cropWidth);
  const pixels = resizeColumns(narrow, plan.cropWidth * image.channels, vertical, firstRow, plan.cropHeight);
  return { rows: plan.cropHeight, columns: plan.cropWidth, channels: image.channels, pixels };
}
