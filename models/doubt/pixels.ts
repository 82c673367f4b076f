/** The network's input as numbers that describe a picture, whatever it shows; see pixel-checks.ts and features.ts. */
import { INPUT_SIZE } from '../hifuse/variants.ts';

/** Cells of a side on which a picture is described; each has 16 x 16 pixels. */
export const CELLS = 14;
const CELL = INPUT_SIZE / CELLS;

/** Halvings of the picture, from 224 to 14, each of which takes away the details of one size. */
export const HALVINGS = Math.log2(CELL);

/** Difference between the channels of a pixel, of 255, that JPEG's noise or the tint of a lamp does not make. */
const COLOUR_DIFFERENCE = 48;

/** Grey levels are Rec. 601 luma, 0..255. */
export interface Pixels {
  mean: number;
  deviation: number;
  /** Pixels of each of 256 levels. */
  levels: Uint32Array;
  /** Of 14 x 14 cells, row after row: mean and standard deviation. */
  cellMeans: Float64Array;
  cellDeviations: Float64Array;
  /** Root mean square of what each halving takes away, the finest details first. */
  details: number[];
  /** Correlation of pixels with their right and lower neighbours: 1 - mean squared difference / (2 variance). */
  neighbourCorrelation: number;
  /** Share of pixels that are not grey. */
  colourShare: number;
}

/**
 * Describes a picture in a few passes: it takes a small part of the time of the smallest network.
 *
 * @param rgb what the network received: 224 x 224, interleaved, 0..255
 */
export function describePixels(rgb: Uint8Array): Pixels {
  const grey = luma(rgb);
  const levels = new Uint32Array(256);
  const cellSquares = new Float64Array(CELLS * CELLS);
  for (let y = 0, at = 0; y < INPUT_SIZE; y++) {
    const row = Math.floor(y / CELL) * CELLS;
    for (let column = 0; column < CELLS; column++) {
      let squares = 0;
      for (const end = at + CELL; at < end; at++) {
        const value = grey[at]!;
        levels[(value + 0.5) | 0]!++;
        squares += value * value;
      }
      cellSquares[row + column]! += squares;
    }
  }
  const { details, cells } = pyramid(grey);
  const mean = sum(cells) / cells.length;
  const variance = Math.max(0, sum(cellSquares) / grey.length - mean ** 2);
  return {
    mean,
    deviation: Math.sqrt(variance),
    levels,
    cellMeans: cells,
    cellDeviations: cellSquares.map((squares, i) => Math.sqrt(Math.max(0, squares / CELL ** 2 - cells[i]! ** 2))),
    details,
    neighbourCorrelation: 1 - neighbourDifference(grey) / (2 * variance),
    colourShare: colourShare(rgb),
  };
}

function luma(rgb: Uint8Array): Float64Array {
  const grey = new Float64Array(rgb.length / 3);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!;
  }
  return grey;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Halves a picture again and again, each pixel of the next being the mean of 2 x 2. */
function pyramid(grey: Float64Array): { details: number[]; cells: Float64Array } {
  const details: number[] = [];
  let values = grey;
  for (let side = INPUT_SIZE; side > CELLS; side /= 2) {
    const half = side / 2;
    const next = new Float64Array(half * half);
    let squares = 0;
    for (let y = 0, to = 0; y < half; y++) {
      for (let x = 0, at = 2 * y * side; x < half; x++, at += 2, to++) {
        const [a, b, c, d] = [values[at]!, values[at + 1]!, values[at + side]!, values[at + side + 1]!];
        const mean = (a + b + c + d) / 4;
        next[to] = mean;
        squares += (a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2 + (d - mean) ** 2;
      }
    }
    details.push(Math.sqrt(squares / (side * side)));
    values = next;
  }
  return { details, cells: values };
}

/** Mean squared difference of neighbours. */
function neighbourDifference(grey: Float64Array): number {
  let squares = 0;
  for (let y = 0; y + 1 < INPUT_SIZE; y++) {
    for (let at = y * INPUT_SIZE, end = at + INPUT_SIZE - 1; at < end; at++) {
      const [right, down] = [grey[at]! - grey[at + 1]!, grey[at]! - grey[at + INPUT_SIZE]!];
      squares += right * right + down * down;
    }
  }
  return squares / (2 * (INPUT_SIZE - 1) ** 2);
}

function colourShare(rgb: Uint8Array): number {
  let coloured = 0;
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    const [red, green, blue] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
    if (red === green && green === blue) continue;
    if (Math.max(red, green, blue) - Math.min(red, green, blue) >= COLOUR_DIFFERENCE) coloured += 1;
  }
  return coloured / (rgb.length / 3);
}
