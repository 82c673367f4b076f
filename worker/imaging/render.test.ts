import { describe, expect, test } from 'vitest';
import { frameOf } from '../../models/imaging/testing/frames.ts';
import { applyVoi, windowOf } from '../../models/imaging/voi.ts';
import { sharp } from './raster/codec.ts';
import { renderPng } from './render.ts';

const gray = Uint16Array.from({ length: 60 * 40 }, (_, i) => (i * 37) % 4096);

async function decode(
  png: Uint8Array,
): Promise<{ pixels: Uint8Array; width: number; height: number; channels: number }> {
  const metadata = await sharp(png).metadata();
  const space = metadata.space === 'b-w' ? 'b-w' : 'srgb';
  const { data, info } = await sharp(png).toColourspace(space).raw().toBuffer({ resolveWithObject: true });
  return { pixels: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels };
}

describe('in full size', () => {
  test.each([
    ['as the file asks', null],
    ['through a window', { center: 1000, width: 300 }],
  ])('%s: every pixel as applyVoi gives it', async (_, window) => {
    const frame = frameOf(60, 40, gray);
    const { png, width, height } = await renderPng(frame, window, 1000);
    expect([width, height]).toEqual([60, 40]);
    const { pixels, channels } = await decode(png);
    expect(channels).toBe(1);
    expect(pixels).toEqual(applyVoi(frame, window && windowOf(window.center, window.width)));
  });

  test('colour is drawn as managed by the profile', async () => {
    const raw = new Uint8Array(12).fill(10);
    const managed = new Uint8Array(12).fill(200);
    const shown = await renderPng(frameOf(2, 2, raw, { displayPixels: managed }), null, 100);
    expect((await decode(shown.png)).pixels).toEqual(managed);
    expect((await decode((await renderPng(frameOf(2, 2, raw), null, 100)).png)).pixels).toEqual(raw);
  });
});

describe('size', () => {
  test('without a limit there is one pixel per pixel, whatever their shape', async () => {
    const { png, width, height } = await renderPng(frameOf(60, 40, gray, { pixelAspectRatio: 2 }), null, null);
    expect([width, height]).toEqual([60, 40]);
    expect((await decode(png)).pixels).toEqual(applyVoi(frameOf(60, 40, gray)));
  });

  test.each([
    { ratio: 1, maxSize: 30, size: [30, 20] },
    { ratio: 2, maxSize: 1000, size: [60, 80] },
    { ratio: 0.5, maxSize: 1000, size: [120, 40] },
    { ratio: 2, maxSize: 40, size: [30, 40] },
    { ratio: 1, maxSize: 1, size: [1, 1] },
  ])('pixels $ratio times as high as wide, at most $maxSize: $size', async ({ ratio, maxSize, size }) => {
    const { png, width, height } = await renderPng(frameOf(60, 40, gray, { pixelAspectRatio: ratio }), null, maxSize);
    expect([width, height]).toEqual(size);
    const decoded = await decode(png);
    expect([decoded.width, decoded.height]).toEqual(size);
  });
});
