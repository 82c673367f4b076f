/**
 * How a frame becomes the network's input: the one implementation, equal bit for bit to Pillow and torchvision.
 *
 * Presentation: grayscale goes through the window that the model package declares, inversion, and the same grey in all
 * three channels; colour goes as it is, without ICC conversion and alpha. Pictures (PNG, JPEG, ...) of 8 bits go as
 * stored, as `Image.open(path).convert('RGB')` gives them. Pictures of 16 bits go through their automatic window, as
 * they are shown: Pillow instead clips every value above 255 to white, which leaves nothing of a medical picture.
 */
import type { Frame, Voi } from '../../models/imaging/frame.ts';
import { inverseOrientation, orient, orientBox } from '../../models/imaging/exif-orientation.ts';
import { applyVoi, defaultVoi, describeVoi, windowOf } from '../../models/imaging/voi.ts';
import { INPUT_SIZE } from '../../models/hifuse/variants.ts';
import type { Geometry, Preprocessing } from '../../models/package/manifest.ts';
import type { Rectangle } from '../../models/imaging/rectangle.ts';
import { resizeBilinear, type ByteImage, type ResizePlan } from './resample.ts';

const SHORTEST_EDGE = 256;
const CHANNELS = 3;

export interface NetworkImage {
  /** What the network received before normalisation: 224*224*3, interleaved. */
  rgb: Uint8Array<ArrayBuffer>;
  /** [3, 224, 224]: (rgb / 255 - mean) / std in float32. */
  tensor: Float32Array<ArrayBuffer>;
  /** The part of the displayed frame that the network saw, in its pixels. */
  region: Rectangle;
  /** In words: the window through which grayscale was seen. */
  window: string;
}

/** Python's round(): halves to even. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

const crop = (size: number): number => roundHalfEven((size - INPUT_SIZE) / 2);

/** Geometry -> what an image of columns x rows is resized to, and which 224 x 224 of that are kept. */
const PLANS: Record<Geometry, (columns: number, rows: number) => ResizePlan> = {
  'stretch-224': () => ({
    width: INPUT_SIZE,
    height: INPUT_SIZE,
    left: 0,
    top: 0,
    cropWidth: INPUT_SIZE,
    cropHeight: INPUT_SIZE,
  }),
  // torchvision's Resize(256) truncates the longer side; CenterCrop(224) rounds halves to even.
  'shortest-edge-256-center-crop-224': (columns, rows) => {
    const short = Math.min(columns, rows);
    const long = Math.trunc((SHORTEST_EDGE * Math.max(columns, rows)) / short);
    const [width, height] = columns <= rows ? [SHORTEST_EDGE, long] : [long, SHORTEST_EDGE];
    return { width, height, left: crop(width), top: crop(height), cropWidth: INPUT_SIZE, cropHeight: INPUT_SIZE };
  },
};

/** The resize and crop that a geometry makes of an image of columns x rows pixels. */
export const resizePlan = (geometry: Geometry, columns: number, rows: number): ResizePlan =>
  PLANS[geometry](columns, rows);

/** Which window grayscale goes through, and how to say so. */
function presentation(frame: Frame, dicomWindow: Preprocessing['dicomWindow']): { voi: Voi; window: string } {
  if (!frame.picture && dicomWindow !== 'file') {
    const voi = windowOf(dicomWindow.center, dicomWindow.width);
    return { voi, window: `fixed by the model: ${describeVoi(voi)}` };
  }
  const voi = defaultVoi(frame);
  if (frame.picture && frame.pixels instanceof Uint8Array) return { voi, window: 'none (8-bit picture)' };
  if (voi === frame.automaticWindow) {
    return { voi, window: `automatic: ${describeVoi({ ...frame.automaticWindow, explanation: '' })}` };
  }
  return { voi, window: `of the file: ${describeVoi(voi)}` };
}

/** The frame in 8 bits as the network shall see it, oriented as displayed. */
function present(frame: Frame, dicomWindow: Preprocessing['dicomWindow']): { image: ByteImage; window: string } {
  const { rows, columns } = frame;
  if (frame.colour === 'rgb') {
    const pixels = frame.pixels as Uint8Array<ArrayBuffer>;
    return { image: { rows, columns, channels: CHANNELS, pixels }, window: 'none (colour)' };
  }
  const { voi, window } = presentation(frame, dicomWindow);
  return { image: { rows, columns, channels: 1, pixels: applyVoi(frame, voi) }, window };
}

/** Value 0..255 -> normalised, per channel, with every step rounded to float32 as PyTorch does. */
export function normalisation({ mean, std }: Pick<Preprocessing, 'mean' | 'std'>): Float32Array[] {
  return mean.map((channelMean, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => {
      const centred = Math.fround(Math.fround(value / 255) - Math.fround(channelMean));
      return Math.fround(centred / Math.fround(std[channel]!));
    }),
  );
}

/** [3, 224, 224] of interleaved RGB: (value / 255 - mean) / std in float32. */
export function normalise(
  rgb: Uint8Array,
  preprocessing: Pick<Preprocessing, 'mean' | 'std'>,
): Float32Array<ArrayBuffer> {
  const area = rgb.length / CHANNELS;
  const tensor = new Float32Array(rgb.length);
  for (const [channel, table] of normalisation(preprocessing).entries()) {
    for (let i = 0; i < area; i++) tensor[channel * area + i] = table[rgb[i * CHANNELS + channel]!]!;
  }
  return tensor;
}

/**
 * The frame in 8 bits as the network sees it before resizing, and by which EXIF orientation that differs from the
 * display.
 */
export function seenByNetwork(frame: Frame, preprocessing: Pick<Preprocessing, 'dicomWindow' | 'exifOrientation'>) {
  const { image: displayed, window } = present(frame, preprocessing.dicomWindow);
  const orientation = preprocessing.exifOrientation ? 1 : frame.exifOrientation;
  const image = { ...displayed, ...orient(displayed, inverseOrientation(orientation)) } as ByteImage;
  return { image, window, orientation };
}

/** Makes the network's input of a frame. Pure: neither changes the frame nor keeps parts of it. */
export function preprocess(frame: Frame, preprocessing: Preprocessing): NetworkImage {
  const { image, window, orientation } = seenByNetwork(frame, preprocessing);
  const plan = resizePlan(preprocessing.geometry, image.columns, image.rows);
  const { pixels, channels } = resizeBilinear(image, plan);

  const area = INPUT_SIZE * INPUT_SIZE;
  const rgb = new Uint8Array(area * CHANNELS);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      rgb[i * CHANNELS + channel] = channels === 1 ? pixels[i]! : pixels[i * CHANNELS + channel]!;
    }
  }

  const scaleX = image.columns / plan.width;
  const scaleY = image.rows / plan.height;
  const seen = {
    left: plan.left * scaleX,
    top: plan.top * scaleY,
    width: plan.cropWidth * scaleX,
    height: plan.cropHeight * scaleY,
  };
  return {
    rgb,
    tensor: normalise(rgb, preprocessing),
    region: orientBox(seen, image.columns, image.rows, orientation),
    window,
  };
}
