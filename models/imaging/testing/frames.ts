import type { Frame, PixelArray } from '../frame.ts';
import { windowOfRange } from '../voi.ts';

/** A frame of 12 bits that says nothing beyond its pixels; RGB where there are more of them than positions. */
export function frameOf(columns: number, rows: number, pixels: PixelArray, more: Partial<Frame> = {}): Frame {
  return {
    rows,
    columns,
    colour: pixels.length === rows * columns ? 'grayscale' : 'rgb',
    pixels,
    rescale: { slope: 1, intercept: 0 },
    unit: '',
    voi: [],
    automaticWindow: windowOfRange(0, 4095, true),
    invert: false,
    minimum: 0,
    maximum: 4095,
    padding: null,
    pixelAspectRatio: 1,
    spacing: null,
    patientOrientation: null,
    plane: null,
    exifOrientation: 1,
    content: { sha256: '', fileVersion: '' },
    lossy: false,
    warnings: [],
    ...more,
  };
}

/** One grayscale row of 8 bits, whose range is that of its pixels. */
export function rowOf(pixels: PixelArray, more: Partial<Frame> = {}): Frame {
  const values = [...pixels];
  return frameOf(pixels.length, 1, pixels, {
    automaticWindow: windowOfRange(0, 255, true),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
    ...more,
  });
}
