import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBmp, readBmpHeader } from './bmp.ts';

const PICTURES = join(import.meta.dirname, '..', 'fixtures', 'pictures');
const NAMES = ['bits', 'four-bits', 'gray', 'core', 'rgb565', 'rgb', 'masks32', 'rle4', 'rle8'].map(
  (name) => `${name}.bmp`,
);

/** A bitmap of 16 grey shades (index * 17) with an info header. */
function bitmap(
  columns: number,
  rows: number,
  bits: number,
  compression: number,
  pixels: readonly number[],
): Uint8Array {
  const palette = Array.from({ length: 16 }, (_, i) => [i * 17, i * 17, i * 17, 0]).flat();
  const offset = 14 + 40 + palette.length;
  const bytes = new Uint8Array(offset + pixels.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, offset, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, columns, true);
  view.setInt32(22, rows, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, compression, true);
  view.setUint32(46, 16, true);
  bytes.set(palette, 54);
  bytes.set(pixels, offset);
  return bytes;
}

const shades = (bytes: Uint8Array): number[] => [...decodeBmp(bytes).pixels].map((value) => value / 17);

describe('run lengths', () => {
  test('RLE4: odd runs, odd literals with padding, delta, early end', () => {
    const pixels = [3, 0x12, 0, 0, 0, 5, 0x45, 0x67, 0x80, 0, 0, 2, 1, 1, 1, 0xf0, 0, 1];
    // Bottom-up: row 2 is 1 2 1, row 1 starts with 5 literals, the delta goes 1 right and 1 up.
    expect(shades(bitmap(8, 3, 4, 2, pixels))).toEqual([
      ...[0, 0, 0, 0, 0, 0, 15, 0],
      ...[4, 5, 6, 7, 8, 0, 0, 0],
      ...[1, 2, 1, 0, 0, 0, 0, 0],
    ]);
  });

  test('RLE8: what runs over the edge is left out', () => {
    expect(shades(bitmap(2, 1, 8, 1, [9, 7, 0, 1]))).toEqual([7, 7]);
  });

  test('data that end without saying so are cut off', () => {
    expect(() => decodeBmp(bitmap(4, 2, 8, 1, [4, 7]))).toThrow(/cut off/);
  });
});

describe('contradictions', () => {
  test('an index outside the palette', () => {
    expect(() => decodeBmp(bitmap(1, 1, 8, 0, [200, 0, 0, 0]))).toThrow(/palette/);
  });

  test.each([
    ['no columns', bitmap(0, 1, 8, 0, [])],
    ['negative columns', bitmap(-4, 1, 8, 0, [])],
    ['no rows', bitmap(1, 0, 8, 0, [])],
    ['three bits', bitmap(1, 1, 3, 0, [])],
    ['run lengths of 24 bits', bitmap(1, 1, 24, 1, [])],
    ['embedded JPEG', bitmap(1, 1, 0, 4, [])],
  ])('%s', (_, bytes) => {
    expect(() => readBmpHeader(bytes)).toThrow();
  });
});

test('any bytes give a picture of the declared size or an Error', () => {
  const originals = NAMES.map((name) => readFileSync(join(PICTURES, name)));
  const changes = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...originals), changes, fc.nat(4000), (original, edits, cut) => {
      const bytes = Uint8Array.from(original).subarray(0, Math.max(30, original.length - cut));
      for (const [at, value] of edits) if (at > 13) bytes[at % bytes.length] = value;
      try {
        const { rows, columns } = readBmpHeader(bytes);
        if (rows * columns > 1e7) return; // refused by the limit before it gets here
        const { pixels, channels } = decodeBmp(bytes);
        expect(pixels.length).toBe(rows * columns * channels);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).name).not.toBe('AssertionError');
      }
    }),
    { numRuns: 400 },
  );
});
