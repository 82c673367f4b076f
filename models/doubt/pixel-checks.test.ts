import { describe, expect, it } from 'vitest';
import { gaussian, randomFrom } from '../random.ts';
import { describePixels } from './pixels.ts';
import { pixelReasons } from './pixel-checks.ts';

const SIDE = 224;
const radiographs = { modalities: ['CR', 'DX'], bodyParts: [], views: [], ageYears: null };
type Rgb = readonly [number, number, number];

function picture(colour: (y: number, x: number) => number | Rgb): Uint8Array {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const value = colour(Math.floor(i / SIDE), i % SIDE);
    for (const [c, part] of (typeof value === 'number' ? [value, value, value] : value).entries()) {
      rgb[3 * i + c] = Math.min(255, Math.max(0, Math.round(part)));
    }
  }
  return rgb;
}
const codes = (rgb: Uint8Array, intended = radiographs) =>
  pixelReasons(intended, describePixels(rgb)).map(({ code }) => code);

/** A smooth picture with some noise, such as a detector gives. */
const random = randomFrom(8);
const smooth = (y: number, x: number) => 120 + 70 * Math.sin(y / 30) * Math.cos(x / 40) + 4 * gaussian(random);

describe('pixels', () => {
  it('are as they should be', () => {
    expect(codes(picture(smooth))).toEqual([]);
    expect(codes(picture((y, x) => 0.05 * x + smooth(y, x) * (y < 60 ? 0 : 1)))).toEqual([]);
  });

  it('are nearly empty, saturated or noise', () => {
    expect(codes(picture(() => 77))).toEqual(['pixels.empty']);
    expect(codes(picture((y, x) => (y < 40 && x < 100 ? 255 : 10 + (x % 3))))).toEqual(['pixels.empty']);
    expect(codes(picture((y, x) => (((y >> 4) + (x >> 4)) % 2 ? 255 : 0)))).toEqual(['pixels.saturated']);
    expect(codes(picture((y, x) => (x < 130 ? 255 : smooth(y, x))))).toEqual(['pixels.saturated']);
    expect(codes(picture(() => 255 * random()))).toEqual(['pixels.noise']);
    expect(codes(picture(() => 128 + 20 * gaussian(random)))).toEqual(['pixels.noise']);
  });

  it('are in colour where the modality has none', () => {
    const skin = picture((y, x) => [smooth(y, x) + 60, smooth(y, x), smooth(y, x) - 20]);
    expect(codes(skin)).toEqual(['pixels.colour']);
    expect(codes(skin, { ...radiographs, modalities: ['CR', 'XC'] })).toEqual([]);
    expect(codes(skin, { ...radiographs, modalities: [] })).toEqual([]);
    // Tinted greys, or a few coloured marks.
    expect(codes(picture((y, x) => [smooth(y, x) + 20, smooth(y, x), smooth(y, x)]))).toEqual([]);
    expect(codes(picture((y, x) => (y < 15 ? [220, 40, 40] : smooth(y, x))))).toEqual([]);
  });
});
