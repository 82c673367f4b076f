import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exifOrientationOf, inverseOrientation, orient, orientBox, swapsAxes } from './exif-orientation.ts';

/** a b c / d e f, as each orientation shows it (EXIF 2.32: which corner the first row and column lie in). */
const SHOWN: Readonly<Record<number, string>> = {
  1: 'abc/def',
  2: 'cba/fed',
  3: 'fed/cba',
  4: 'def/abc',
  5: 'ad/be/cf',
  6: 'da/eb/fc',
  7: 'fc/eb/da',
  8: 'cf/be/ad',
};
const ALL = Object.keys(SHOWN).map(Number);

test.each(ALL)('orientation %i', (orientation) => {
  const stored = { rows: 2, columns: 3, channels: 1, pixels: new TextEncoder().encode('abcdef') };
  const { rows, columns, pixels } = orient(stored, orientation);
  const text = new TextDecoder().decode(pixels);
  const lines = Array.from({ length: rows }, (_, row) => text.slice(row * columns, (row + 1) * columns));
  expect(lines.join('/')).toBe(SHOWN[orientation]);
  expect(swapsAxes(orientation)).toBe(rows === 3);
});

const image = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1, 3),
  })
  .map((size) => ({
    ...size,
    pixels: Uint16Array.from({ length: size.rows * size.columns * size.channels }, (_, i) => i),
  }));
const orientation = fc.constantFrom(...ALL);

test('the inverse gives the stored pixels back', () => {
  fc.assert(
    fc.property(image, orientation, (stored, n) => {
      expect(orient(orient(stored, n), inverseOrientation(n))).toEqual(stored);
    }),
  );
});

test('a rectangle moves as its pixels do', () => {
  fc.assert(
    fc.property(image, orientation, fc.nat(), (stored, n, seed) => {
      const column = seed % stored.columns;
      const row = (seed * 7) % stored.rows;
      const box = orientBox({ left: column, top: row, width: 1, height: 1 }, stored.columns, stored.rows, n);
      const shown = orient(stored, n);
      const at = (img: typeof stored, x: number, y: number) => img.pixels[(y * img.columns + x) * img.channels];
      expect(at(shown as typeof stored, box.left, box.top)).toBe(at(stored, column, row));
      expect([box.width, box.height]).toEqual([1, 1]);
    }),
  );
});

test('anything but 1 to 8 counts as upright', () => {
  expect([undefined, 0, 9, 1.5, -3].map(exifOrientationOf)).toEqual([1, 1, 1, 1, 1]);
  expect(exifOrientationOf(6)).toBe(6);
});
