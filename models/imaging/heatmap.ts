/**
 * How a heat map is shown: one absolute scale and one colour map, shared by the screen, the report and the CLI's PNGs.
 *
 * Choice: a fixed scale, not one stretched to each image's own peak. Why: two maps can then be compared, and a network
 * that hardly relies on any place shows hardly any colour. Trade-off: faint maps stay faint.
 */

import type { Rectangle } from './rectangle.ts';

/** A heat map on its own grid, row-major; only positive values are shown. */
export interface HeatGrid {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/**
 * The value that gets the strongest colour. Unit: logits, as Grad-CAM gives them: how much one cell of the last feature
 * map moves the class's logit, to first order. On chest radiographs the peak of the most probable class lies between
 * 0.03 and 0.4, and at 0.12 in the median.
 */
export const HEAT_MAP_FULL_SCALE = 0.4;

/**
 * Share of the full colour of a value, 0..1: its square root, since peaks differ tenfold between images and a faint one
 * must be seen, too. The same for every image.
 */
export const heatShare = (value: number): number => Math.sqrt(Math.min(1, Math.max(0, value) / HEAT_MAP_FULL_SCALE));

/** The value that has a share of the full colour; the ticks of a legend. */
export const heatValue = (share: number): number => share * share * HEAT_MAP_FULL_SCALE;

/** For captions and legends. */
export const HEAT_MAP_METHOD = 'Grad-CAM';
export const HEAT_MAP_SCALE_TEXT = `fixed square-root scale, 0 to ${HEAT_MAP_FULL_SCALE} logits per cell, the same for every image`;

/** Anchors of matplotlib's perceptually uniform `inferno` (CC0), evenly spaced, as 0xrrggbb. */
const INFERNO = [
  0x000003, 0x0c0826, 0x240c4e, 0x410967, 0x5c116e, 0x781c6d, 0x932567, 0xae305c, 0xc73e4c, 0xdc5039, 0xec6824,
  0xf8850f, 0xfba50a, 0xf9c52c, 0xf2e660, 0xfcfea4,
];

/** The darkest quarter is left out: on a dark radiograph it could not be told from the image. */
const INFERNO_START = 0.25;

/** Colour of a share of the full scale, 0..1, each channel 0..255. */
export function heatColour(share: number): [red: number, green: number, blue: number] {
  const clamped = Math.min(1, Math.max(0, share));
  const position = (INFERNO_START + (1 - INFERNO_START) * clamped) * (INFERNO.length - 1);
  const index = Math.min(INFERNO.length - 2, Math.floor(position));
  const fraction = position - index;
  const [low, high] = [INFERNO[index]!, INFERNO[index + 1]!];
  const channel = (shift: number): number => {
    const [a, b] = [(low >> shift) & 255, (high >> shift) & 255];
    return Math.round(a + (b - a) * fraction);
  };
  return [channel(16), channel(8), channel(0)];
}

const LEVELS = 256;

/** RGBA of every share of the full scale; alpha grows with the share, so that nothing hides where nothing was found. */
const PALETTE = new Uint8ClampedArray(LEVELS * 4);
for (let level = 0; level < LEVELS; level++) {
  PALETTE.set([...heatColour(level / (LEVELS - 1)), level], level * 4);
}

/** Per target pixel: the two grid cells around its centre and the weight of the second (half-pixel centres). */
function taps(size: number, start: number, extent: number, cells: number) {
  const first = new Int32Array(size).fill(-1);
  const weight = new Float32Array(size);
  for (let pixel = 0; pixel < size; pixel++) {
    const share = (pixel + 0.5 - start) / extent;
    if (!(share >= 0 && share < 1)) continue; // outside of what the network saw
    const position = Math.min(cells - 1, Math.max(0, share * cells - 0.5));
    first[pixel] = Math.min(Math.max(0, cells - 2), Math.floor(position));
    weight[pixel] = position - first[pixel]!;
  }
  return { first, weight };
}

/**
 * Paints a heat map over a picture: bilinear between the centres of its cells, coloured on the absolute scale.
 *
 * @param grid what the explanation gave, on the grid of the last feature map
 * @param width of the picture in pixels
 * @param height of the picture in pixels
 * @param region the part of the picture that the network saw; everything outside stays transparent
 * @param opacity 0..1, multiplies every pixel's alpha
 * @returns RGBA, not premultiplied, [height, width, 4]
 */
export function heatMapOverlay(
  grid: HeatGrid,
  width: number,
  height: number,
  region: Rectangle,
  opacity = 1,
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(width * height * 4);
  const horizontal = taps(width, region.left, region.width, grid.columns);
  const vertical = taps(height, region.top, region.height, grid.rows);
  const nextColumn = grid.columns > 1 ? 1 : 0;
  const nextRow = grid.rows > 1 ? grid.columns : 0;
  const { values } = grid;

  for (let y = 0; y < height; y++) {
    const row = vertical.first[y]!;
    if (row < 0) continue;
    const down = vertical.weight[y]!;
    for (let x = 0; x < width; x++) {
      const column = horizontal.first[x]!;
      if (column < 0) continue;
      const across = horizontal.weight[x]!;
      const cell = row * grid.columns + column;
      const upper = values[cell]! * (1 - across) + values[cell + nextColumn]! * across;
      const lower = values[cell + nextRow]! * (1 - across) + values[cell + nextRow + nextColumn]! * across;
      const value = upper * (1 - down) + lower * down;
      if (!(value > 0)) continue; // also NaN
      const from = Math.round(heatShare(value) * (LEVELS - 1)) * 4;
      const to = (y * width + x) * 4;
      rgba[to] = PALETTE[from]!;
      rgba[to + 1] = PALETTE[from + 1]!;
      rgba[to + 2] = PALETTE[from + 2]!;
      rgba[to + 3] = PALETTE[from + 3]! * opacity;
    }
  }
  return rgba;
}
