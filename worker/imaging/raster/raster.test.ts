import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { HifuseError } from '../../../models/errors.ts';
import { inverseOrientation, orient } from '../../../models/imaging/exif-orientation.ts';
import type { Frame } from '../../../models/imaging/frame.ts';
import { applyVoi } from '../../../models/imaging/voi.ts';
import { sharp } from './codec.ts';
import { decodeFrame, readHeader } from '../index.ts';
import { rasterFormat } from './format.ts';

const decodeFirst = (path: string) => decodeFrame(path, 0);

/** Made with Pillow by make.py there. */
const PICTURES = join(import.meta.dirname, '..', 'fixtures', 'pictures');
interface Expected {
  size: [number, number];
  sha256: string;
  shownSize: [number, number];
  shownSha256: string;
}
interface ExpectedDeep {
  dtype: string;
  valuesSha256: string;
  min: number;
  max: number;
}
const all = JSON.parse(readFileSync(join(PICTURES, 'expected.json'), 'utf8')) as Record<
  string,
  Expected | ExpectedDeep
>;
const pick = <T>(key: string) =>
  Object.fromEntries(Object.entries(all).filter(([, entry]) => key in entry)) as Record<string, T>;
const expected = pick<Expected>('sha256');
const deep = pick<ExpectedDeep>('dtype');

const folder = mkdtempSync(join(tmpdir(), 'hifuse-raster-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let written = 0;
function file(bytes: Uint8Array, extension = 'bin'): string {
  const path = join(folder, `${written++}.${extension}`);
  writeFileSync(path, bytes);
  return path;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function rgbOf({ colour, pixels }: Pick<Frame, 'colour' | 'pixels'>): Uint8Array {
  if (colour === 'rgb') return pixels as Uint8Array;
  return Uint8Array.from({ length: pixels.length * 3 }, (_, i) => pixels[Math.floor(i / 3)]!);
}

describe('gives the values that Pillow gives', () => {
  test.each(Object.keys(expected))('%s', async (name) => {
    const path = join(PICTURES, name);
    const { size, sha256: raw, shownSize, shownSha256 } = expected[name]!;
    const frame = await decodeFirst(path);
    expect([frame.columns, frame.rows]).toEqual(shownSize);
    expect(sha256(rgbOf(frame))).toBe(shownSha256);
    const channels = frame.colour === 'rgb' ? 3 : 1;
    const stored = orient({ ...frame, channels }, inverseOrientation(frame.exifOrientation));
    expect([stored.columns, stored.rows]).toEqual(size);
    expect(sha256(rgbOf({ ...frame, pixels: stored.pixels }))).toBe(raw);
    const header = await readHeader(path);
    expect([header.columns, header.rows, header.frames]).toEqual([...shownSize, 1]);
    expect({ bmp: 'bmp', jpg: 'jpeg', png: 'png', tif: 'tiff', webp: 'webp' }[name.split('.')[1]!]).toBe(header.format);
    expect(frame.lossy).toBe(/\.jpg$|^jpeg|lossy/.test(name));
  });
});

describe('deep samples', () => {
  test.each(Object.keys(deep))('%s keeps its values and is shown over their range', async (name) => {
    const { dtype, valuesSha256, min, max } = deep[name]!;
    const frame = await decodeFirst(join(PICTURES, name));
    expect(frame.colour).toBe('grayscale');
    expect(frame.pixels.constructor.name.toLowerCase()).toBe(`${dtype}array`);
    expect(sha256(new Uint8Array(frame.pixels.buffer))).toBe(valuesSha256);
    expect([frame.minimum, frame.maximum]).toEqual([min, max]);
    const shown = applyVoi(frame);
    expect([Math.min(...shown), Math.max(...shown)]).toEqual([0, 255]);
  });

  test('16-bit colour keeps its high byte', async () => {
    const samples = Uint16Array.from({ length: 36 }, (_, i) => i * 1800);
    const png = await sharp(samples, { raw: { width: 4, height: 3, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    expect((await decodeFirst(file(png))).pixels).toEqual(Uint8Array.from(samples, (value) => value >> 8));
  });
});

test('pages of a TIFF are frames', async () => {
  const page = (value: number) =>
    sharp({ create: { width: 5, height: 4, channels: 3, background: { r: value, g: 0, b: 0 } } })
      .png()
      .toBuffer();
  const tiff = await sharp([await page(10), await page(20), await page(30)], { join: { animated: true } })
    .tiff({ compression: 'none' })
    .toBuffer();
  const path = file(tiff);
  expect(await readHeader(path)).toMatchObject({ frames: 3, rows: 4, columns: 5 });
  for (const frame of [0, 1, 2]) expect((await decodeFrame(path, frame)).pixels[0]).toBe(10 * (frame + 1));
  await expect(decodeFrame(path, 3)).rejects.toMatchObject({ code: 'image.no-such-frame' });
});

describe('embedded profiles', () => {
  const picture = () =>
    sharp(
      Uint8Array.from({ length: 300 }, (_, i) => i % 256),
      { raw: { width: 10, height: 10, channels: 3 } },
    );

  test('change what is shown and not what the network gets', async () => {
    const plain = await picture().png().toBuffer();
    const wide = await picture().withIccProfile('p3', { attach: true }).png().toBuffer();
    const { data } = await sharp(wide, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    const frame = await decodeFirst(file(wide));
    expect(Buffer.compare(data, frame.pixels as Uint8Array)).toBe(0);
    expect(frame.displayPixels).toBeDefined();
    expect(frame.displayPixels).not.toEqual(frame.pixels);
    expect((await decodeFirst(file(plain))).displayPixels).toBeUndefined();
  });

  test('sRGB needs no second copy', async () => {
    const srgb = await picture().withIccProfile('srgb', { attach: true }).jpeg().toBuffer();
    expect((await sharp(srgb).metadata()).icc).toBeDefined();
    expect((await decodeFirst(file(srgb))).displayPixels).toBeUndefined();
  });
});

describe('what is no whole picture', () => {
  const whole = Object.keys(expected).filter((name) => !/exif-[2-8]/.test(name));

  test.each(whole)('%s cut anywhere is an error by name, or whole', async (name) => {
    const bytes = readFileSync(join(PICTURES, name));
    const want = expected[name]!.shownSha256;
    for (let share = 0.02; share < 1; share += 0.07) {
      const path = file(bytes.subarray(0, Math.floor(bytes.length * share)), name.split('.')[1]);
      const result = await decodeFirst(path).catch((error: unknown) => error as { code: string; message: string });
      if ('code' in result) {
        expect(result.code).toMatch(/^(image\.corrupt|image\.unknown-format)$/);
        expect(result.message).toContain(`${written - 1}.`);
      } else {
        // A cut may fall into padding or text behind the pixels; then nothing may be missing.
        expect(sha256(rgbOf(result)), `${name} at ${share}`).toBe(want);
      }
    }
  });

  test.each([
    ['file.not-found', join(folder, 'nowhere.png')],
    ['file.empty', () => file(new Uint8Array(0))],
    ['image.unknown-format', () => file(new TextEncoder().encode('%PDF-1.7 is no picture'))],
    ['image.unknown-format', () => file(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))],
    ['image.unknown-format', () => file(new TextEncoder().encode('BM, the film'), 'bmp')],
    ['file.unreadable', folder],
  ])('%s', async (code, path) => {
    const name = typeof path === 'string' ? path : path();
    await expect(decodeFirst(name)).rejects.toMatchObject({ code });
    await expect(readHeader(name)).rejects.toMatchObject({ code });
  });

  test('a picture that claims too many pixels is refused before it is decoded', async () => {
    const png = readFileSync(join(PICTURES, 'gray.png'));
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    const chunk = png.subarray(12, 29);
    png.writeUInt32BE(crc32(chunk), 29);
    const path = file(png);
    await expect(readHeader(path)).rejects.toMatchObject({ code: 'image.too-large' });
    await expect(decodeFirst(path)).rejects.toMatchObject({ code: 'image.too-large' });
  });

  test('changed bytes give a picture or an error with a code', async () => {
    const originals = Object.keys(all).map((name) => readFileSync(join(PICTURES, name)));
    const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...originals), edits, async (original, changes) => {
        const bytes = Uint8Array.from(original);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const path = file(bytes);
        const result = await decodeFirst(path).catch((error: unknown) => error);
        rmSync(path);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(HifuseError);
        } else {
          const { rows, columns, colour, pixels } = result as Frame;
          expect(pixels.length).toBe(rows * columns * (colour === 'rgb' ? 3 : 1));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no loader but those of our formats can be reached', async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(sharp(svg).raw().toBuffer()).rejects.toThrow();
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    await expect(sharp(gif).raw().toBuffer()).rejects.toThrow();
  });
});

/** CRC of a PNG chunk (PNG specification, annex D). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test('formats are told by content', () => {
  const of = (...bytes: number[]): string | null => rasterFormat(Uint8Array.from([...bytes, ...new Array(40).fill(0)]));
  expect(of(0xff, 0xd8, 0xff, 0xe0)).toBe('jpeg');
  expect(of(0x49, 0x49, 42, 0)).toBe('tiff');
  expect(of(0x4d, 0x4d, 0, 42)).toBe('tiff');
  expect(of(0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50)).toBe('webp');
  expect(of(0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x41, 0x56, 0x45)).toBeNull();
  expect(of()).toBeNull();
  expect(rasterFormat(new Uint8Array(0))).toBeNull();
});
