import { describe, expect, it } from 'vitest';
import { applyVoi, windowOf } from '../../models/imaging/voi.ts';
import type { Voi } from '../../models/imaging/frame.ts';
import { frameOf } from '../testing/samples.ts';
import { FrameImages, type ShownImage } from './frame-image.ts';

/** What cornerstone 2.6 draws for a stored value: its own rule for tables (internal/getVOILut.js), told here again. */
function drawn({ image, voiLUT }: ShownImage): number[] {
  const { lut, firstValueMapped } = voiLUT!;
  const largest = Math.max(...Array.from(lut));
  const shift = largest.toString(2).length - 8;
  return Array.from(image.getPixelData(), (stored) => {
    const last = firstValueMapped + lut.length - 1;
    const at = stored < firstValueMapped ? 0 : stored >= last ? lut.length - 1 : stored - firstValueMapped;
    return lut[at]! >> shift;
  });
}

describe('images for cornerstone', () => {
  const cases: [string, ReturnType<typeof frameOf>, Voi | null][] = [
    ['a window', frameOf(new Int16Array([-1000, -5, 0, 40, 3000])), windowOf(40, 400)],
    ['a window so wide that nothing is bright', frameOf(new Uint8Array([0, 10, 100])), windowOf(2000, 4000)],
    ['a window so low that all is white', frameOf(new Uint8Array([100, 200])), windowOf(-500, 10)],
    ['an inverted image', frameOf(new Uint16Array([0, 100, 65535]), { invert: true }), null],
    [
      'a rescale',
      frameOf(new Uint16Array([0, 1024, 4095]), { rescale: { slope: 0.5, intercept: -1024 } }),
      windowOf(-500, 900),
    ],
    ['floating point', frameOf(new Float32Array([-0.5, 0, 0.25, 1.5])), windowOf(0.5, 1)],
    ['a range beyond any table', frameOf(new Int32Array([-2_000_000, 5, 9_000_000])), windowOf(0, 1e7)],
  ];
  it.each(cases)('show %s as models/imaging/voi.ts does', (_, frame, voi) => {
    expect(drawn(new FrameImages().of(frame, voi))).toEqual([...applyVoi(frame, voi)]);
  });

  it('leaves colours as they are and gives them the alpha that cornerstone wants', () => {
    const frame = frameOf(new Uint8Array([1, 2, 3, 253, 254, 255]), { colour: 'rgb', columns: 2 });
    const { image, voiLUT } = new FrameImages().of(frame, null);
    expect([...Array.from(image.getPixelData())]).toEqual([1, 2, 3, 255, 253, 254, 255, 255]);
    expect(voiLUT).toBeUndefined();
    const { windowCenter, windowWidth } = image;
    const shown = Uint8ClampedArray.from({ length: 256 }, (_, v) => ((v - windowCenter) / windowWidth + 0.5) * 255);
    expect([...shown]).toEqual(Array.from({ length: 256 }, (_, v) => v));
  });

  it('shows the colours that an embedded profile means', () => {
    const displayPixels = new Uint8Array([9, 8, 7]);
    const frame = frameOf(new Uint8Array([1, 2, 3]), { colour: 'rgb', columns: 1, displayPixels });
    expect([...Array.from(new FrameImages().of(frame, null).image.getPixelData())]).toEqual([9, 8, 7, 255]);
  });

  it('keeps an image while only the window changes, so that caches hold', () => {
    const images = new FrameImages();
    const frame = frameOf(new Uint8Array([0, 255]));
    const first = images.of(frame, null);
    expect(images.of(frame, null)).toBe(first);
    const other = images.of(frame, windowOf(10, 20));
    expect(other.image).toBe(first.image);
    expect(other.voiLUT).not.toBe(first.voiLUT);
  });

  it('carries the aspect of pixels alone', () => {
    const { image } = new FrameImages().of(frameOf(new Uint8Array([0]), { pixelAspectRatio: 1.5 }), null);
    expect([image.rowPixelSpacing, image.columnPixelSpacing]).toEqual([1.5, 1]);
  });
});
