import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../models/imaging/frame.ts';
import type { Geometry, Preprocessing } from '../../models/package/manifest.ts';
import { preprocess, resizePlan } from './preprocess.ts';
import { decodeRaster } from './raster/index.ts';

const REFERENCE = '../shared/preprocess';
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
const rgbOf = ({ colour, pixels }: Frame): Uint8Array =>
  colour === 'rgb'
    ? (pixels as Uint8Array)
    : Uint8Array.from({ length: pixels.length * 3 }, (_, i) => pixels[Math.floor(i / 3)]!);

describe.skipIf(!existsSync(REFERENCE))('equals Pillow and torchvision bit for bit', () => {
  const expected = existsSync(REFERENCE)
    ? (JSON.parse(readFileSync(join(REFERENCE, 'expected.json'), 'utf8')) as Record<string, Expected>)
    : {};

  test.each(Object.keys(expected))('%s', async (name) => {
    const want = expected[name]!;
    const frame = await decodeRaster(join(REFERENCE, 'inputs', name));
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
});
