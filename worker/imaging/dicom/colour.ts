import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { Photometric } from './pixel-description.ts';

/** Red, green and blue, not yet rounded, of three samples whose full scale is 255. */
type ToRgb = (y: number, cb: number, cr: number) => readonly [number, number, number];

/** PS3.3 C.7.6.3.1.2: full range, ITU-R BT.601. */
const full: ToRgb = (y, cb, cr) => [
  y + 1.402 * (cr - 128),
  y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128),
  y + 1.772 * (cb - 128),
];

/** Luminance 16-235 and colour 16-240. */
const partial: ToRgb = (y, cb, cr) =>
  full((y - 16) * (255 / 219), (cb - 128) * (255 / 224) + 128, (cr - 128) * (255 / 224) + 128);

/** Reversible transform of JPEG 2000 (ITU-T T.800 G.2), colour offset by half. */
const reversible: ToRgb = (y, cb, cr) => {
  const green = y - Math.floor((cb - 128 + (cr - 128)) / 4);
  return [cr - 128 + green, green, cb - 128 + green];
};

const TRANSFORMS: Readonly<Partial<Record<Photometric, ToRgb>>> = {
  YBR_FULL: full,
  YBR_FULL_422: full,
  YBR_PARTIAL_422: partial,
  YBR_PARTIAL_420: partial,
  YBR_ICT: full,
  YBR_RCT: reversible,
};

/**
 * Interleaved colour samples of `bits` bits -> RGB of 8 bits. `photometric` says what the samples are; RGB is scaled
 * alone.
 */
export function toRgb(samples: PixelArray, photometric: Photometric, bits: number): Uint8Array<ArrayBuffer> {
  const transform = TRANSFORMS[photometric];
  const scale = 255 / (2 ** bits - 1);
  // A clamped array rounds and clamps by itself.
  const rgb = new Uint8ClampedArray(samples.length);
  if (!transform && bits === 8) rgb.set(samples);
  else if (!transform) for (let i = 0; i < rgb.length; i++) rgb[i] = samples[i]! * scale;
  else {
    for (let i = 0; i + 2 < rgb.length; i += 3) {
      const [red, green, blue] = transform(samples[i]! * scale, samples[i + 1]! * scale, samples[i + 2]! * scale);
      rgb[i] = red;
      rgb[i + 1] = green;
      rgb[i + 2] = blue;
    }
  }
  return new Uint8Array(rgb.buffer);
}
