import fc from 'fast-check';
import { expect, test } from 'vitest';
import { angle, boxArea, distance } from './geometry.ts';
import type { Spacing } from './frame.ts';

const spacing = (row: number, column: number): Spacing => ({
  row,
  column,
  source: 'ImagerPixelSpacing',
  note: 'at the detector',
});
const frame = (given: Spacing | null, pixelAspectRatio = 1) => ({ spacing: given, pixelAspectRatio });
const coordinate = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });

test('millimetres only where the file gives them, with their source', () => {
  const mm = distance(frame(spacing(2, 0.5)), { x: 0, y: 0 }, { x: 6, y: 2 });
  expect(mm).toEqual({ value: 5, unit: 'mm', source: 'ImagerPixelSpacing', note: 'at the detector' });
  const px = distance(frame(null), { x: 0, y: 0 }, { x: 3, y: 4 });
  expect(px).toEqual({ value: 5, unit: 'px', source: null, note: '' });
});

test('pixels that are not square are counted in column widths, and that is said', () => {
  const { value, note } = distance(frame(null, 2), { x: 0, y: 0 }, { x: 0, y: 4 });
  expect(value).toBe(8);
  expect(note).toContain('not square');
});

test('areas have the squared unit', () => {
  expect(boxArea(frame(spacing(2, 0.5)), { x: 10, y: 10 }, { x: 0, y: 0 })).toMatchObject({ value: 100, unit: 'mm²' });
});

test('angles respect the spacing', () => {
  const [a, vertex, b] = [
    { x: 1, y: 0 },
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ];
  expect(angle(frame(null), a, vertex, b)).toBeCloseTo(45, 9);
  expect(angle(frame(spacing(Math.sqrt(3), 1)), a, vertex, b)).toBeCloseTo(60, 9);
});

test('distance is a metric', () => {
  const scale = fc.double({ min: 0.01, max: 10, noNaN: true });
  fc.assert(
    fc.property(point, point, point, scale, scale, (a, b, c, row, column) => {
      const image = frame(spacing(row, column));
      const between = (p: typeof a, q: typeof a): number => distance(image, p, q).value;
      expect(between(a, a)).toBe(0);
      expect(between(a, b)).toBeCloseTo(between(b, a), 6);
      expect(between(a, c)).toBeLessThanOrEqual(between(a, b) + between(b, c) + 1e-6);
    }),
  );
});
