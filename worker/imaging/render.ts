/** Pictures of frames for lists and reports. */
import type { Frame } from '../../models/imaging/frame.ts';
import { applyVoi, windowOf } from '../../models/imaging/voi.ts';
import { sharp } from './raster/codec.ts';

export interface RenderedPng {
  png: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

/** Size in square pixels: the longer of the two spacings sets the scale, so that no row or column is lost. */
function squareSize({ rows, columns, pixelAspectRatio }: Frame): { width: number; height: number } {
  return pixelAspectRatio >= 1
    ? { width: columns, height: rows * pixelAspectRatio }
    : { width: columns / pixelAspectRatio, height: rows };
}

/**
 * A PNG of the frame as it is displayed: through `window` (modality units), or as the file asks where null; upright, in
 * square pixels, never enlarged beyond them, the longer side at most `maxSize` pixels. Colour uses the embedded profile.
 */
export async function renderPng(
  frame: Frame,
  window: { center: number; width: number } | null,
  maxSize: number,
): Promise<RenderedPng> {
  const rgb = frame.colour === 'rgb';
  const pixels = rgb
    ? (frame.displayPixels ?? (frame.pixels as Uint8Array))
    : applyVoi(frame, window && windowOf(window.center, window.width));
  const full = squareSize(frame);
  const scale = Math.min(1, maxSize / Math.max(full.width, full.height));
  const width = Math.max(1, Math.round(full.width * scale));
  const height = Math.max(1, Math.round(full.height * scale));
  const image = sharp(pixels, { raw: { width: frame.columns, height: frame.rows, channels: rgb ? 3 : 1 } });
  const resized =
    width === frame.columns && height === frame.rows ? image : image.resize(width, height, { fit: 'fill' });
  const data = await resized
    .toColourspace(rgb ? 'srgb' : 'b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
  return { png: new Uint8Array(data), width, height };
}
