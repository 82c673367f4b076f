import type { Frame } from './frame.ts';
import { windowOfRange } from './voi.ts';

/**
 * A frame that is stored as RGB and holds nothing but grey, as a grayscale frame of the same values: secondary captures and
 * many pictures are like that, and can be windowed then. Null where it holds a colour, or where an embedded profile makes
 * other greys of it for the screen.
 */
export function grayscaleOf(frame: Frame): Frame | null {
  const { pixels, rows, columns, colour, displayPixels } = frame;
  if (colour !== 'rgb' || displayPixels) return null;
  const count = rows * columns;
  const grey = new Uint8Array(count);
  let [minimum, maximum] = [255, 0];
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const value = pixels[at]!;
    if (value !== pixels[at + 1] || value !== pixels[at + 2]) return null;
    grey[i] = value;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return {
    ...frame,
    colour: 'grayscale',
    pixels: grey,
    minimum,
    maximum,
    automaticWindow: windowOfRange(0, 255, true),
  };
}
