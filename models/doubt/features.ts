/**
 * What of an image is compared with the reference of a model. In groups, since none of them sees everything: the network's own
 * features tell other kinds of images apart, but not always a radiograph that is turned, blurred or partly covered; where
 * light and dark lie, how fine the texture is and how much of the picture is flat do.
 */
import { cellMeans, gridOf, luma, moments, type Grid } from './pixels.ts';

export const FEATURE_GROUPS = ['network', 'layout', 'texture', 'flatness'] as const;
export type FeatureGroup = (typeof FEATURE_GROUPS)[number];
export type Features = Readonly<Record<FeatureGroup, ArrayLike<number>>>;

/** Cells of a side on which the layout is described. */
export const LAYOUT_SIDE = 14;
export const LAYOUT_FEATURES = LAYOUT_SIDE ** 2;
/** Grey levels of contrast below which noise is not to look like a layout. */
const LEAST_CONTRAST = 8;

/**
 * Where light and dark lie: means of 14 x 14 cells, less their mean, over their standard deviation. Brightness and contrast do
 * not matter.
 */
export function layoutFeatures(grey: Float32Array): Float32Array {
  const { values } = cellMeans(gridOf(grey), LAYOUT_SIDE);
  const { mean, deviation } = moments(values);
  return values.map((value) => (value - mean) / (deviation + LEAST_CONTRAST));
}

/** Halvings of the picture, from 224 to 28, each of which takes away the details of one size. */
const SCALES = 4;
export const TEXTURE_FEATURES = SCALES + 1;
/** Grey levels below which a detail cannot be told from rounding. */
const LEAST_DETAIL = 0.25;

/** How much detail there is at each of four sizes (root mean square of what a halving takes away), and the contrast; logarithms. */
export function textureFeatures(grey: Float32Array): Float32Array {
  const details: number[] = [];
  let grid: Grid = gridOf(grey);
  for (let scale = 0; scale < SCALES; scale++) {
    const halved = cellMeans(grid, grid.side / 2);
    details.push(Math.log(rootMeanSquareDetail(grid, halved) + LEAST_DETAIL));
    grid = halved;
  }
  return Float32Array.of(...details, Math.log(moments(grey).deviation + 1));
}

function rootMeanSquareDetail(grid: Grid, halved: Grid): number {
  let squares = 0;
  for (let y = 0; y < grid.side; y++) {
    for (let x = 0; x < grid.side; x++) {
      squares += (grid.values[y * grid.side + x]! - halved.values[(y >> 1) * halved.side + (x >> 1)]!) ** 2;
    }
  }
  return Math.sqrt(squares / grid.values.length);
}

/** Standard deviation of a cell, in grey levels, below which nothing was recorded there. */
const FLAT = 1;

/** How many of the 14 x 14 cells show nothing, in rows of 14: covered, cut out or outside of the field. */
export function flatnessFeatures(grey: Float32Array): Float32Array {
  const means = cellMeans(gridOf(grey), LAYOUT_SIDE).values;
  const squares = cellMeans(gridOf(grey.map((value) => value ** 2)), LAYOUT_SIDE).values;
  const flat = means.reduce((count, mean, i) => count + (squares[i]! - mean ** 2 < FLAT ** 2 ? 1 : 0), 0);
  return Float32Array.of(flat / LAYOUT_SIDE);
}

/**
 * @param rgb what the network received: 224 x 224, interleaved
 * @param pooled mean of the last fused map over its positions
 */
export function featuresOf(rgb: Uint8Array, pooled: ArrayLike<number>): Features {
  const grey = luma(rgb);
  return {
    network: pooled,
    layout: layoutFeatures(grey),
    texture: textureFeatures(grey),
    flatness: flatnessFeatures(grey),
  };
}
