import { describe, expect, test } from 'vitest';
import { frameOf } from '../../models/imaging/testing/frames.ts';
import { applyVoi, windowOf } from '../../models/imaging/voi.ts';
import { sharp } from './raster/codec.ts';
import { renderPng } from './render.ts';

const gray = Uint16Array.from({ length: 60 * 40 }, (_, i) => (i * 37) % 4096);

const AS_FILED = { voi: null, inverted: false, maxSize: null };
const table = {
  kind: 'lut',
  firstMapped: 100,
  bits: 8,
  data: Uint16Array.from({ length: 900 }, (_, i) => i % 256),
  explanation: 'steep',
} as const;

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
    ['as the file asks', null, 'W 4096 L 2048'],
    ['through a window', windowOf(1000, 300), 'W 300 L 1000'],
    ['through a sigmoid', { ...windowOf(1000, 300), function: 'SIGMOID' }, 'W 300 L 1000 SIGMOID'],
    ['through a table', table, 'VOI table (steep)'],
  ] as const)('%s: every pixel as applyVoi gives it', async (_, voi, words) => {
    const frame = frameOf(60, 40, gray);
    const { png, width, height, window } = await renderPng(frame, { ...AS_FILED, voi, maxSize: 1000 });
    expect([width, height, window]).toEqual([60, 40, words]);
    const { pixels, channels } = await decode(png);
    expect(channels).toBe(1);
    expect(pixels).toEqual(applyVoi(frame, voi));
    const inverted = await renderPng(frame, { voi, inverted: true, maxSize: null });
    expect((await decode(inverted.png)).pixels).toEqual(pixels.map((value) => 255 - value));
  });

  test('colour is drawn as managed by the profile', async () => {
    const raw = new Uint8Array(12).fill(10);
    const managed = new Uint8Array(12).fill(200);
    const shown = await renderPng(frameOf(2, 2, raw, { displayPixels: managed }), AS_FILED);
    expect((await decode(shown.png)).pixels).toEqual(managed);
    expect((await decode((await renderPng(frameOf(2, 2, raw), AS_FILED)).png)).pixels).toEqual(raw);
  });
});

describe('size', () => {
  test('without a limit there is one pixel per pixel, whatever their shape', async () => {
    const { png, width, height } = await renderPng(frameOf(60, 40, gray, { pixelAspectRatio: 2 }), AS_FILED);
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
    const { png, width, height } = await renderPng(frameOf(60, 40, gray, { pixelAspectRatio: ratio }), {
      ...AS_FILED,
      maxSize,
    });
    expect([width, height]).toEqual(size);
    const decoded = await decode(png);
    expect([decoded.width, decoded.height]).toEqual(size);
  });
});
