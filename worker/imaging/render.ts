/** Pictures of frames for lists and reports. */
import type { Frame } from '../../models/imaging/frame.ts';
import { grayscaleOf } from '../../models/imaging/grayscale-of.ts';
import { applyVoi, defaultVoi, describeVoi } from '../../models/imaging/voi.ts';
import type { RenderedPng, RenderOptions } from '../protocol.ts';
import { sharp } from './raster/codec.ts';

/** Size in square pixels: the longer of the two spacings sets the scale, so that no row or column is lost. */
function squareSize({ rows, columns, pixelAspectRatio }: Frame): { width: number; height: number } {
  return pixelAspectRatio >= 1
    ? { width: columns, height: rows * pixelAspectRatio }
    : { width: columns / pixelAspectRatio, height: rows };
}

/**
 * A PNG of the frame as it is displayed: through `voi`, or as the file asks where null; upright. With `maxSize` in square
 * pixels, never enlarged beyond them, the longer side at most so many; without, one pixel per pixel of the image. Colour
 * uses the embedded profile, and has no window.
 */
export async function renderPng(stored: Frame, { voi, inverted, maxSize }: RenderOptions): Promise<RenderedPng> {
  // Grey that is stored as RGB is windowed as on the screen.
  const frame = (voi && grayscaleOf(stored)) || stored;
  const rgb = frame.colour === 'rgb';
  const pixels = rgb ? (frame.displayPixels ?? (frame.pixels as Uint8Array)) : applyVoi(frame, voi);
  const { width, height } = maxSize === null ? { width: frame.columns, height: frame.rows } : fit(frame, maxSize);
  const image = sharp(pixels, { raw: { width: frame.columns, height: frame.rows, channels: rgb ? 3 : 1 } });
  const resized =
    width === frame.columns && height === frame.rows ? image : image.resize(width, height, { fit: 'fill' });
  const data = await resized
    .negate(inverted)
    .toColourspace(rgb ? 'srgb' : 'b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
  return {
    png: new Uint8Array(data),
    width,
    height,
    window: rgb ? null : describeVoi(voi ?? defaultVoi(frame)),
    orientation: { plane: frame.plane, patientOrientation: frame.patientOrientation },
    spacing: frame.spacing,
    content: frame.content,
  };
}

/** Size in square pixels, of which the longer side has at most `maxSize`. */
function fit(frame: Frame, maxSize: number): { width: number; height: number } {
  const full = squareSize(frame);
  const scale = Math.min(1, maxSize / Math.max(full.width, full.height));
  return {
    width: Math.max(1, Math.round(full.width * scale)),
    height: Math.max(1, Math.round(full.height * scale)),
  };
}
