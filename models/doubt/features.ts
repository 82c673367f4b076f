/**
 * What of an image is compared with the reference of a model. In groups, since none of them sees everything: the network's own
 * features tell other kinds of images apart, but not always a radiograph that is turned, blurred or partly covered; where
 * light and dark lie, how fine the texture is and how much of the picture is flat do.
 */
import { CELLS, HALVINGS, type Pixels } from './pixels.ts';

export const FEATURE_GROUPS = ['network', 'layout', 'texture', 'flatness'] as const;
export type FeatureGroup = (typeof FEATURE_GROUPS)[number];
export type Features = Readonly<Record<FeatureGroup, ArrayLike<number>>>;

export const LAYOUT_FEATURES = CELLS ** 2;
/** Grey levels of contrast below which noise is not to look like a layout. */
const LEAST_CONTRAST = 8;

/**
 * Where light and dark lie: means of 14 x 14 cells, less their mean, over their standard deviation. Brightness and contrast do
 * not matter.
 */
function layoutFeatures({ cellMeans, mean }: Pixels): Float64Array {
  const deviation = Math.sqrt(cellMeans.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cellMeans.length);
  return cellMeans.map((value) => (value - mean) / (deviation + LEAST_CONTRAST));
}

export const TEXTURE_FEATURES = HALVINGS + 1;
/** Grey levels below which a detail cannot be told from rounding. */
const LEAST_DETAIL = 0.25;

/** How much detail there is at each of four sizes, and the contrast; logarithms. */
const textureFeatures = ({ details, deviation }: Pixels): Float64Array =>
  Float64Array.of(...details.map((detail) => Math.log(detail + LEAST_DETAIL)), Math.log(deviation + 1));

/** Standard deviation of a cell, in grey levels, below which nothing was recorded there. */
const FLAT = 1;
/** Grey levels above the darkest cell up to which a cell is as dark as what lies outside of the field. */
const DARK = 16;
export const FLATNESS_FEATURES = 2;

/**
 * How many of the 14 x 14 cells show nothing, in rows of 14: dark ones, as outside of the field (a radiograph may have many), and
 * others, which were covered or cut out (a radiograph has hardly any).
 */
function flatnessFeatures({ cellMeans, cellDeviations }: Pixels): Float64Array {
  const darkest = cellMeans.reduce((a, b) => Math.min(a, b));
  const flat = cellMeans.filter((_, i) => cellDeviations[i]! < FLAT);
  const dark = flat.filter((mean) => mean <= darkest + DARK).length;
  return Float64Array.of(dark / CELLS, (flat.length - dark) / CELLS);
}

/** Share of the picture that shows nothing, 0..1. */
export const flatShare = (flatness: ArrayLike<number>): number => (flatness[0]! + flatness[1]!) / CELLS;

/** @param pooled means of the fused maps over their positions */
export function featuresOf(pixels: Pixels, pooled: ArrayLike<number>): Features {
  return {
    network: pooled,
    layout: layoutFeatures(pixels),
    texture: textureFeatures(pixels),
    flatness: flatnessFeatures(pixels),
  };
}
