import path from 'node:path';
import sharp from 'sharp';
import { HifuseError } from '../../models/errors.ts';
import { heatMapOverlay } from '../../models/imaging/heatmap.ts';
import { scaleRectangle, type Rectangle } from '../../models/imaging/rectangle.ts';
import type { ImageHeader, Prediction } from '../../worker/protocol.ts';
import type { Requests } from '../services/classify.ts';

export interface OverlayOptions {
  /** Whose heat map. */
  classIndex: number;
  /** Display window in modality units; null: the file's default. */
  window: { center: number; width: number } | null;
  /** 0..1 */
  opacity: number;
  /** Longest side in pixels. */
  maxSize: number;
  signal?: AbortSignal;
}

export interface RenderedOverlay {
  /** PNG of the image alone. */
  image: Uint8Array;
  /** PNG of the image under the heat map. */
  overlay: Uint8Array;
  width: number;
  height: number;
  /** What the network saw, in pixels of these pictures. */
  region: Rectangle;
  /** Of the file that they show. */
  header: ImageHeader;
}

/**
 * The picture of a classified image, with and without the heat map of one class on the absolute scale of
 * models/imaging/heatmap.ts.
 *
 * @param prediction with heat maps
 * @throws HifuseError `request.invalid` without a heat map of that class; `image.changed` where the file is no longer the
 *   one that was classified; `image.*` and `dicom.*` as the decoder does
 */
export async function renderOverlay(
  requests: Requests,
  prediction: Prediction,
  { classIndex, window, opacity, maxSize, signal }: OverlayOptions,
): Promise<RenderedOverlay> {
  const heatMap = prediction.heatMaps?.find((map) => map.classIndex === classIndex);
  if (!heatMap) throw new HifuseError('request.invalid', { reason: 'no-heat-map', index: classIndex });
  const { image: source, content } = prediction;
  const options = signal ? { signal } : {};
  const rendered = await requests.request('image.render', { ...source, window, maxSize }, options);
  const header = await requests.request('image.header', { path: source.path }, options);
  if (rendered.content.sha256 !== content.sha256 || header.fileVersion !== content.fileVersion) {
    throw new HifuseError('image.changed', { file: path.basename(source.path) });
  }
  const { png, width, height } = rendered;
  const region = scaleRectangle(prediction.preprocessing.region, width / header.columns, height / header.rows);
  const rgba = Buffer.from(heatMapOverlay(heatMap, width, height, region, opacity).buffer);
  const overlay = await sharp(png)
    .toColourspace('srgb')
    .composite([{ input: rgba, raw: { width, height, channels: 4 } }])
    .removeAlpha()
    .png()
    .toBuffer();
  return { image: png, overlay: new Uint8Array(overlay), width, height, region, header };
}
