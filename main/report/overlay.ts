import path from 'node:path';
import sharp from 'sharp';
import { HifuseError } from '../../models/errors.ts';
import { heatMapOverlay } from '../../models/imaging/heatmap.ts';
import { orientationLabels, type OrientationLabels } from '../../models/imaging/orientation-labels.ts';
import { isTransformed, transformRectangle, type Presentation } from '../../models/imaging/presentation.ts';
import type { Spacing } from '../../models/imaging/frame.ts';
import { scaleRectangle, type Rectangle } from '../../models/imaging/rectangle.ts';
import type { ImageHeader, Prediction } from '../../worker/protocol.ts';
import type { Requests } from '../services/classify.ts';

export interface OverlayOptions {
  /** Whose heat map. */
  classIndex: number;
  /** How the image is displayed. */
  presentation: Presentation;
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
  /** What they are seen through, in words; null: colour, which has no window. */
  window: string | null;
  /** Letters of the patient's directions at the pictures' edges; null where the file does not tell. */
  edges: OrientationLabels | null;
  /** Of the pixels of these pictures; null where the file gives no spacing. */
  spacing: Spacing | null;
  /** Columns of these pictures for each pixel of the image. */
  magnification: number;
  /** Of the file that they show. */
  header: ImageHeader;
}

/**
 * The picture of a classified image as it is displayed, with and without the heat map of one class on the absolute scale of
 * models/imaging/heatmap.ts.
 *
 * @param prediction with heat maps
 * @throws HifuseError `request.invalid` without a heat map of that class; `image.changed` where the file is no longer the
 *   one that was classified; `image.*` and `dicom.*` as the decoder does
 */
export async function renderOverlay(
  requests: Requests,
  prediction: Prediction,
  { classIndex, presentation, opacity, maxSize, signal }: OverlayOptions,
): Promise<RenderedOverlay> {
  const heatMap = prediction.heatMaps?.find((map) => map.classIndex === classIndex);
  if (!heatMap) throw new HifuseError('request.invalid', { reason: 'no-heat-map', index: classIndex });
  const { image: source, content } = prediction;
  const options = signal ? { signal } : {};
  const { voi, inverted } = presentation;
  const rendered = await requests.request('image.render', { ...source, voi, inverted, maxSize }, options);
  const header = await requests.request('image.header', { path: source.path }, options);
  if (rendered.content.sha256 !== content.sha256 || header.fileVersion !== content.fileVersion) {
    throw new HifuseError('image.changed', { file: path.basename(source.path) });
  }
  const { png, width, height, window, orientation, spacing } = rendered;
  const region = scaleRectangle(prediction.preprocessing.region, width / header.columns, height / header.rows);
  const rgba = Buffer.from(heatMapOverlay(heatMap, width, height, region, opacity).buffer);
  const overlay = await sharp(png)
    .toColourspace('srgb')
    .composite([{ input: rgba, raw: { width, height, channels: 4 } }])
    .removeAlpha()
    .png()
    .toBuffer();
  const sideways = presentation.rotation % 180 !== 0;
  return {
    image: await transformed(png, presentation),
    overlay: await transformed(overlay, presentation),
    width: sideways ? height : width,
    height: sideways ? width : height,
    region: transformRectangle(region, { width, height }, presentation),
    window,
    edges: orientationLabels(orientation, presentation),
    spacing:
      spacing && spacingOf(spacing, { horizontal: width / header.columns, vertical: height / header.rows, sideways }),
    magnification: sideways ? height / header.rows : width / header.columns,
    header,
  };
}

/** Spacing once the picture is scaled, then turned. */
function spacingOf(
  { row, column, ...rest }: Spacing,
  { horizontal, vertical, sideways }: { horizontal: number; vertical: number; sideways: boolean },
): Spacing {
  const [down, across] = [row / vertical, column / horizontal];
  return sideways ? { ...rest, row: across, column: down } : { ...rest, row: down, column: across };
}

/** A PNG, flipped first, then turned. */
async function transformed(png: Uint8Array, presentation: Presentation): Promise<Uint8Array> {
  if (!isTransformed(presentation)) return png;
  const { flipHorizontal, flipVertical, rotation } = presentation;
  const flipped = await sharp(png).flop(flipHorizontal).flip(flipVertical).png().toBuffer();
  return new Uint8Array(await sharp(flipped).rotate(rotation).png().toBuffer());
}
