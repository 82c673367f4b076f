import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orient } from '../../models/imaging/exif-orientation.ts';
import type { Frame, VoiWindow } from '../../models/imaging/frame.ts';
import { frameOf } from '../../models/imaging/testing/frames.ts';
import { applyVoi, windowOf, windowOfRange } from '../../models/imaging/voi.ts';
import type { Geometry, Preprocessing } from '../../models/package/manifest.ts';
import { preprocess, resizePlan, roundHalfEven } from './preprocess.ts';
import { decodeFrame } from './index.ts';
import { resizeBilinear } from './resample.ts';

/** Made with Pillow and torchvision. The largest input is not in the project, but beside it where it is developed. */
const FIXTURES = join(import.meta.dirname, 'fixtures', 'preprocess');
const REFERENCE = '../shared/preprocess/inputs';
const GEOMETRIES: readonly Geometry[] = ['stretch-224', 'shortest-edge-256-center-crop-224'];

interface Expected {
  size: [number, number];
  decodedSha256: string;
  'stretch-224': { rgbSha256: string; tensorMean: number; geometry: number[] | null };
  'shortest-edge-256-center-crop-224': { rgbSha256: string; tensorMean: number; geometry: number[] | null };
}

const settings = (geometry: Geometry, more: Partial<Preprocessing> = {}): Preprocessing => ({
  geometry,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  exifOrientation: false,
  dicomWindow: 'file',
  ...more,
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Pixels as RGB, the way Pillow's convert('RGB') gives them. */
const rgbOf = ({ colour, pixels }: Pick<Frame, 'colour' | 'pixels'>): Uint8Array =>
  colour === 'rgb'
    ? (pixels as Uint8Array)
    : Uint8Array.from({ length: pixels.length * 3 }, (_, i) => pixels[Math.floor(i / 3)]!);

const expected = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as Record<string, Expected>;

describe('equals Pillow and torchvision bit for bit', () => {
  for (const [name, want] of Object.entries(expected)) {
    const path = [FIXTURES, REFERENCE].map((folder) => join(folder, name)).find(existsSync);
    test.skipIf(!path)(name, async () => {
      const frame = await decodeFrame(path!, 0);
      expect([frame.columns, frame.rows]).toEqual(want.size);
      expect(sha256(rgbOf(frame))).toBe(want.decodedSha256);
      for (const geometry of GEOMETRIES) {
        const { rgb, tensor } = preprocess(frame, settings(geometry));
        expect(sha256(rgb), geometry).toBe(want[geometry].rgbSha256);
        const mean = tensor.reduce((sum, value) => sum + value, 0) / tensor.length;
        expect(mean).toBeCloseTo(want[geometry].tensorMean, 6);
        const numbers = want[geometry].geometry;
        if (numbers) {
          const { width, height, left, top } = resizePlan(geometry, frame.columns, frame.rows);
          expect([width, height, left, top]).toEqual(numbers);
        }
      }
    });
  }
});

/** vitest's toEqual takes seconds for arrays of this size. */
const expectSame = (actual: Uint8Array, wanted: Uint8Array): void => {
  expect(Buffer.compare(actual, wanted)).toBe(0);
};

const gradient = (columns: number, rows: number): Uint16Array<ArrayBuffer> =>
  Uint16Array.from({ length: columns * rows }, (_, i) => Math.round(((i % columns) / (columns - 1)) * 4095));

describe('the window of DICOM grayscale', () => {
  const pixels = gradient(224, 224);
  const lung: VoiWindow = { ...windowOf(1000, 500), explanation: 'LUNG' };

  test('is the first of the file', () => {
    const frame = frameOf(224, 224, pixels, { voi: [lung, windowOf(40, 400)] });
    const { rgb, window } = preprocess(frame, settings('stretch-224'));
    expect(window).toBe('of the file: W 500 L 1000 (LUNG)');
    expectSame(rgb, rgbOf({ ...frame, pixels: applyVoi(frame, lung) }));
  });

  test('is automatic where the file has none, and then that is said', () => {
    const frame = frameOf(224, 224, pixels);
    expect(preprocess(frame, settings('stretch-224')).window).toBe('automatic: W 4096 L 2048');
  });

  test('is the fixed one where the package has one', () => {
    const frame = frameOf(224, 224, pixels, { voi: [lung], rescale: { slope: 1, intercept: -1024 } });
    const { rgb, window } = preprocess(frame, settings('stretch-224', { dicomWindow: { center: 40, width: 400 } }));
    expect(window).toBe('fixed by the model: W 400 L 40');
    expectSame(rgb, rgbOf({ ...frame, pixels: applyVoi(frame, windowOf(40, 400)) }));
  });

  test('MONOCHROME1 reaches the network inverted', () => {
    const [plain, inverted] = [false, true].map(
      (invert) => preprocess(frameOf(224, 224, pixels, { invert }), settings('stretch-224')).rgb,
    );
    expectSame(
      inverted!,
      plain!.map((value) => 255 - value),
    );
  });

  test('does not concern pictures', () => {
    const bytes = Uint8Array.from({ length: 224 * 224 }, (_, i) => i % 256);
    const frame = frameOf(224, 224, bytes, {
      picture: true,
      automaticWindow: windowOfRange(0, 255, true),
      maximum: 255,
    });
    const { rgb, window } = preprocess(frame, settings('stretch-224', { dicomWindow: { center: 40, width: 400 } }));
    expect(window).toBe('none (8-bit picture)');
    expectSame(rgb, rgbOf(frame));
  });

  test('a 16-bit picture goes over its range, as it is shown', () => {
    const frame = frameOf(224, 224, pixels, { picture: true });
    const { rgb, window } = preprocess(frame, settings('stretch-224', { dicomWindow: { center: 40, width: 400 } }));
    expect(window).toBe('automatic: W 4096 L 2048');
    expectSame(rgb, rgbOf({ ...frame, pixels: applyVoi(frame) }));
  });
});

test('ICC-managed pixels never reach the network', () => {
  const pixels = Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => i % 251);
  const frame = frameOf(224, 224, pixels, { picture: true, displayPixels: new Uint8Array(pixels.length) });
  expectSame(preprocess(frame, settings('stretch-224')).rgb, pixels);
});

describe('EXIF orientation', () => {
  const rows = 300;
  const columns = 400;
  const pixels = Uint8Array.from({ length: rows * columns * 3 }, (_, i) => (i * i) % 253);
  const stored = { rows, columns, channels: 3, pixels };
  const geometry = 'shortest-edge-256-center-crop-224';
  const upright = frameOf(columns, rows, pixels, { picture: true });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i: the network gets the pixels as stored, unless the package says so', (n) => {
    const shown = orient(stored, n);
    const frame = frameOf(shown.columns, shown.rows, shown.pixels, { picture: true, exifOrientation: n });
    const asStored = preprocess(upright, settings(geometry));
    expectSame(preprocess(frame, settings(geometry)).rgb, asStored.rgb);
    const asShown = preprocess({ ...frame, exifOrientation: 1 }, settings(geometry)).rgb;
    expectSame(preprocess(frame, settings(geometry, { exifOrientation: true })).rgb, asShown);
  });

  test('the region lies on the displayed picture', () => {
    const { region } = preprocess(upright, settings(geometry));
    const scale = 300 / 256;
    expect(region.left).toBeCloseTo((58 * 400) / 341, 9);
    expect([region.top, region.height]).toEqual([16 * scale, 224 * scale]);
    const shown = orient(stored, 6);
    const turned = frameOf(shown.columns, shown.rows, shown.pixels, { picture: true, exifOrientation: 6 });
    const onDisplay = preprocess(turned, settings(geometry)).region;
    expect(onDisplay.top).toBeCloseTo(region.left, 9);
    expect([onDisplay.width, onDisplay.height]).toEqual([region.height, region.width]);
  });
});

describe('the maths', () => {
  const side = fc.integer({ min: 1, max: 90 });

  test('cropping while resizing equals resizing and then cropping', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 8, max: 120 }),
        fc.integer({ min: 8, max: 120 }),
        fc.nat(),
        (c, r, w, h, s) => {
          const image = {
            rows: r,
            columns: c,
            channels: 1 as const,
            pixels: Uint8Array.from({ length: r * c }, (_, i) => (i * s) % 256),
          };
          const whole = resizeBilinear(image, { width: w, height: h, left: 0, top: 0, cropWidth: w, cropHeight: h });
          const [left, top] = [s % (w - 5), s % (h - 7)];
          const part = resizeBilinear(image, { width: w, height: h, left, top, cropWidth: 5, cropHeight: 7 });
          for (let y = 0; y < 7; y++) {
            const from = (top + y) * w + left;
            expectSame(part.pixels.subarray(y * 5, y * 5 + 5), whole.pixels.subarray(from, from + 5));
          }
        },
      ),
    );
  });

  test('a flat image stays flat, and the same size is the identity', () => {
    fc.assert(
      fc.property(side, side, fc.integer({ min: 0, max: 255 }), (columns, rows, value) => {
        const flat = { rows, columns, channels: 3 as const, pixels: new Uint8Array(rows * columns * 3).fill(value) };
        const plan = { width: 31, height: 17, left: 0, top: 0, cropWidth: 31, cropHeight: 17 };
        expect(new Set(resizeBilinear(flat, plan).pixels)).toEqual(new Set([value]));
        const noise = { ...flat, pixels: flat.pixels.map((_, i) => (i * 31 + value) % 256) };
        const same = { width: columns, height: rows, left: 0, top: 0, cropWidth: columns, cropHeight: rows };
        expectSame(resizeBilinear(noise, same).pixels, noise.pixels);
      }),
    );
  });

  test('the crop lies inside and is centred, for any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 }), (columns, rows) => {
        const plan = resizePlan('shortest-edge-256-center-crop-224', columns, rows);
        expect(Math.min(plan.width, plan.height)).toBe(256);
        expect(plan.left).toBeGreaterThanOrEqual(0);
        expect(plan.left + 224).toBeLessThanOrEqual(plan.width);
        expect(Math.abs(plan.width - 224 - 2 * plan.left)).toBeLessThanOrEqual(1);
        expect(Math.abs(plan.height - 224 - 2 * plan.top)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('halves go to even, as in Python', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 44].map(roundHalfEven)).toEqual([0, 2, 2, 0, -2, 2, 44]);
  });

  test('normalisation is in float32, channels first', () => {
    const pixels = new Uint8Array(224 * 224 * 3).map((_, i) => [0, 128, 255][i % 3]!);
    const options = settings('stretch-224', { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    const { tensor } = preprocess(frameOf(224, 224, pixels), options);
    // torch.tensor([0, 128, 255], dtype=uint8) / 255, minus mean, over std, in float32.
    const area = 224 * 224;
    expect([tensor[0], tensor[area], tensor[2 * area]]).toEqual([
      -2.1179039478302, 0.20518219470977783, 2.640000104904175,
    ]);
  });
});
