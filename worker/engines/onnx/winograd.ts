/**
 * Winograd's minimal filtering (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015): a 3x3
 * convolution computed by tiles of m x m outputs, F(m x m, 3 x 3), with (m + 2)^2 products per tile and pair of channels
 * in place of 9 m^2. Y = A^T [ (G g G^T) * (B^T d B) ] A, with d a tile of (m + 2)^2 inputs and g a filter.
 */
import type { Tensor } from '../../../models/hifuse/state-dict.ts';

interface Transforms {
  /** B^T, of the inputs. */
  input: readonly (readonly number[])[];
  /** G, of the filters. */
  filter: readonly (readonly number[])[];
  /** A^T, of the products. */
  output: readonly (readonly number[])[];
}

/** By the side of an output tile. Larger tiles would lose digits in float32. */
const TRANSFORMS: Readonly<Record<2 | 4, Transforms>> = {
  2: {
    input: [
      [1, 0, -1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
      [0, 1, 0, -1],
    ],
    filter: [
      [1, 0, 0],
      [1 / 2, 1 / 2, 1 / 2],
      [1 / 2, -1 / 2, 1 / 2],
      [0, 0, 1],
    ],
    output: [
      [1, 1, 1, 0],
      [0, 1, -1, -1],
    ],
  },
  4: {
    input: [
      [4, 0, -5, 0, 1, 0],
      [0, -4, -4, 1, 1, 0],
      [0, 4, -4, -1, 1, 0],
      [0, -2, -1, 2, 1, 0],
      [0, 2, -1, -2, 1, 0],
      [0, 4, 0, -5, 0, 1],
    ],
    filter: [
      [1 / 4, 0, 0],
      [-1 / 6, -1 / 6, -1 / 6],
      [-1 / 6, 1 / 6, -1 / 6],
      [1 / 24, 1 / 12, 1 / 6],
      [1 / 24, -1 / 12, 1 / 6],
      [0, 0, 1],
    ],
    output: [
      [1, 1, 1, 1, 1, 0],
      [0, 1, -1, 2, -2, 0],
      [0, 1, 1, 4, 4, 0],
      [0, 1, -1, 8, -8, 1],
    ],
  },
};

export type TileSide = keyof typeof TRANSFORMS;

/**
 * The tile for a map of this size. Where 4 does not divide the map, tiles of 4 would compute more outside of it, and
 * hold more weights (four times those of the filters; tiles of 2 hold 16/9), than they save.
 */
export function tileSide({ rows, columns }: Size): TileSide {
  return rows % 4 === 0 && columns % 4 === 0 ? 4 : 2;
}

interface Size {
  rows: number;
  columns: number;
}

/** Tiles that cover a map; the last of a row or column may reach beyond it. */
interface Grid {
  down: number;
  across: number;
}

/**
 * Where the inputs of all tiles are in a map of row-major positions, padded by one on each side: [(m+2)^2, tiles]. What
 * lies outside has the index rows * columns, where the caller puts zeros.
 */
export function tileInputs({ rows, columns }: Size, { down, across }: Grid, tile: TileSide): number[] {
  const side = tile + 2;
  return Array.from({ length: side * side * down * across }, (_, i) => {
    const at = i % (down * across);
    const point = Math.floor(i / (down * across));
    const y = Math.floor(at / across) * tile - 1 + Math.floor(point / side);
    const x = (at % across) * tile - 1 + (point % side);
    return y < 0 || y >= rows || x < 0 || x >= columns ? rows * columns : y * columns + x;
  });
}

/** Where each position of the map, row-major, is in the outputs of the tiles, [m^2, tiles]. */
export function tileOutputs({ rows, columns }: Size, { down, across }: Grid, tile: TileSide): number[] {
  return Array.from({ length: rows * columns }, (_, i) => {
    const y = Math.floor(i / columns);
    const x = i % columns;
    const point = (y % tile) * tile + (x % tile);
    return point * down * across + Math.floor(y / tile) * across + Math.floor(x / tile);
  });
}

/** B^T and its transpose as one matrix on a tile's inputs in row-major order: [(m+2)^2, (m+2)^2]. */
export function inputTransform(tile: TileSide): Tensor {
  return kronecker(TRANSFORMS[tile].input);
}

/** A^T and its transpose as one matrix: [m^2, (m+2)^2]. */
export function outputTransform(tile: TileSide): Tensor {
  return kronecker(TRANSFORMS[tile].output);
}

/** Filters [out, in, 3, 3] as G g G^T: for each of the (m+2)^2 products, in row-major order, [in, out]. */
export function transformFilters(weight: Tensor, tile: TileSide): Tensor[] {
  const [outputs, inputs] = weight.shape as [number, number, number, number];
  const { filter } = TRANSFORMS[tile];
  const side = filter.length;
  const g = Float64Array.from(filter.flat());
  const products = Array.from({ length: side * side }, () => new Float32Array(inputs * outputs));
  const half = new Float64Array(side * 3); // G g
  const { data } = weight;
  // As many outputs at a time as fill a cache line of each product.
  const block = 16;
  for (let first = 0; first < outputs; first += block) {
    const end = Math.min(first + block, outputs);
    for (let i = 0; i < inputs; i++) {
      for (let o = first; o < end; o++) {
        const at = (o * inputs + i) * 9;
        for (let k = 0; k < 3; k++) {
          const a = data[at + k]!;
          const b = data[at + 3 + k]!;
          const c = data[at + 6 + k]!;
          for (let r = 0; r < side; r++) half[r * 3 + k] = g[r * 3]! * a + g[r * 3 + 1]! * b + g[r * 3 + 2]! * c;
        }
        const to = i * outputs + o;
        for (let r = 0; r < side; r++) {
          const a = half[r * 3]!;
          const b = half[r * 3 + 1]!;
          const c = half[r * 3 + 2]!;
          for (let k = 0; k < side; k++) {
            products[r * side + k]![to] = a * g[k * 3]! + b * g[k * 3 + 1]! + c * g[k * 3 + 2]!;
          }
        }
      }
    }
  }
  return products.map((values) => ({ shape: [inputs, outputs], data: values }));
}

/** M d M^T for squares d in row-major order is one product with the Kronecker product of M with itself. */
function kronecker(matrix: readonly (readonly number[])[]): Tensor {
  const rows = matrix.length;
  const columns = matrix[0]!.length;
  const data: number[] = [];
  for (const a of matrix) for (const b of matrix) for (const x of a) for (const y of b) data.push(x * y);
  return { shape: [rows * rows, columns * columns], data: Float32Array.from(data) };
}
