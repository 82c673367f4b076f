/**
 * The eight EXIF orientations (EXIF 2.32, tag 0x0112) as what they are: a transposition and two flips. Each is exactly
 * invertible, so a frame that is shown oriented can always give back its pixels as they lie in the file.
 */
import type { PixelArray } from './frame.ts';
import type { Rectangle } from './rectangle.ts';

/** Displayed pixel (x, y) is stored pixel (sx, sy) = transpose ? (y, x) : (x, y), then flipped within the stored image. */
interface Orientation {
  transpose: boolean;
  flipX: boolean;
  flipY: boolean;
  inverse: number;
}

/** By EXIF number, 1 to 8. 6 is 'turn clockwise to show', 8 counterclockwise. */
const ORIENTATIONS: Readonly<Record<number, Orientation>> = {
  1: { transpose: false, flipX: false, flipY: false, inverse: 1 },
  2: { transpose: false, flipX: true, flipY: false, inverse: 2 },
  3: { transpose: false, flipX: true, flipY: true, inverse: 3 },
  4: { transpose: false, flipX: false, flipY: true, inverse: 4 },
  5: { transpose: true, flipX: false, flipY: false, inverse: 5 },
  6: { transpose: true, flipX: false, flipY: true, inverse: 8 },
  7: { transpose: true, flipX: true, flipY: true, inverse: 7 },
  8: { transpose: true, flipX: true, flipY: false, inverse: 6 },
};

const IDENTITY = ORIENTATIONS[1]!;

/** The orientation of a file's tag: 1 to 8; anything else counts as 1, as readers do. */
export const exifOrientationOf = (tag: number | undefined): number => (tag && ORIENTATIONS[tag] ? tag : 1);

/** The orientation that undoes another. */
export const inverseOrientation = (orientation: number): number => (ORIENTATIONS[orientation] ?? IDENTITY).inverse;

/** Whether an orientation exchanges rows and columns. */
export const swapsAxes = (orientation: number): boolean => (ORIENTATIONS[orientation] ?? IDENTITY).transpose;

/** Samples of an image: rows*columns*channels, interleaved. */
export interface Raster<P extends PixelArray> {
  rows: number;
  columns: number;
  channels: number;
  pixels: P;
}

/** Side of the squares that are copied at a time, in pixels. */
const TILE = 64;

/** The image as an orientation shows it. Returns the same object for orientation 1, a new one otherwise. */
export function orient<P extends PixelArray>(image: Raster<P>, orientation: number): Raster<P> {
  const { transpose, flipX, flipY } = ORIENTATIONS[orientation] ?? IDENTITY;
  if (!transpose && !flipX && !flipY) return image;
  const { channels, pixels: source } = image;
  const columns = transpose ? image.rows : image.columns;
  const rows = transpose ? image.columns : image.rows;
  const pixels = new (source.constructor as new (length: number) => P)(rows * columns * channels);
  // Steps through the stored samples for one displayed column and one displayed row.
  const stepX = (flipX ? -1 : 1) * channels;
  const stepY = (flipY ? -1 : 1) * image.columns * channels;
  const perColumn = transpose ? stepY : stepX;
  const perRow = transpose ? stepX : stepY;
  const start = (flipX ? image.columns - 1 : 0) * channels + (flipY ? image.rows - 1 : 0) * image.columns * channels;
  // In tiles, since a transposition reads down columns: whole rows would miss the processor's cache at every sample.
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(rows, top + TILE);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(columns, left + TILE);
      for (let y = top; y < bottom; y++) {
        let from = start + y * perRow + left * perColumn;
        let to = (y * columns + left) * channels;
        for (let x = left; x < right; x++, from += perColumn) {
          for (let channel = 0; channel < channels; channel++) pixels[to++] = source[from + channel]!;
        }
      }
    }
  }
  return { rows, columns, channels, pixels };
}

/** A rectangle of the stored image (of `columns` x `rows` pixels) as it lies in the displayed image. */
export function orientBox(box: Rectangle, columns: number, rows: number, orientation: number): Rectangle {
  const { transpose, flipX, flipY } = ORIENTATIONS[orientation] ?? IDENTITY;
  const x = flipX ? columns - box.left - box.width : box.left;
  const y = flipY ? rows - box.top - box.height : box.top;
  return transpose
    ? { left: y, top: x, width: box.height, height: box.width }
    : { left: x, top: y, width: box.width, height: box.height };
}
