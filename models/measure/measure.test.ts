import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../imaging/frame.ts';
import { frameOf } from '../imaging/testing/frames.ts';
import { measure } from './measure.ts';
import type { MeasurementKind, Point, QuantityName } from './measurement.ts';

/** What numpy measures, by rules of its own: see testing/reference.py. */
interface Reference {
  rows: number;
  columns: number;
  stored: number[];
  slope: number;
  intercept: number;
  rowSpacing: number;
  columnSpacing: number;
  regions: ({ kind: MeasurementKind; points: Point[] } & Record<
    'pixels' | 'padding' | 'mean' | 'sd' | 'minimum' | 'maximum',
    number
  >)[];
}
const reference = JSON.parse(readFileSync(join(import.meta.dirname, 'testing/reference.json'), 'utf8')) as Reference;

const ct = frameOf(reference.columns, reference.rows, Int16Array.from(reference.stored), {
  rescale: { slope: reference.slope, intercept: reference.intercept },
  unit: 'HU',
  padding: { low: -2000, high: -2000 },
  spacing: { row: reference.rowSpacing, column: reference.columnSpacing, source: 'PixelSpacing', note: null },
});
const plain: Frame = { ...ct, spacing: null, unit: '', rescale: { slope: 1, intercept: 0 } };

const p = (x: number, y: number): Point => ({ x, y });

function found(frame: Frame, kind: MeasurementKind, ...points: Point[]) {
  const { quantities } = measure({ kind, points, text: '' }, frame);
  return (name: QuantityName) => quantities.find((one) => one.name === name);
}

describe('regions', () => {
  it.each(reference.regions.map((region, i) => [i, region.kind, region] as const))(
    'region %i, %s: equals numpy',
    (_, kind, { points, pixels, padding, mean, sd, minimum, maximum }) => {
      const of = found(ct, kind, ...points);
      expect(of('pixels')?.value).toBe(pixels);
      expect(of('padding')?.value ?? 0).toBe(padding);
      expect(of('minimum')?.value).toBe(minimum);
      expect(of('maximum')?.value).toBe(maximum);
      expect(of('mean')?.value).toBeCloseTo(mean, 10);
      expect(of('sd')?.value).toBeCloseTo(sd, 10);
      expect(of('mean')?.unit).toBe('HU');
    },
  );

  it('have no values, but a count and an area, where they hold no pixel', () => {
    const of = found(ct, 'rectangle', p(4.6, 4.6), p(5.4, 5.4));
    expect([of('mean'), of('minimum'), of('pixels')?.value]).toEqual([undefined, undefined, 0]);
    expect(of('area')?.value).toBeCloseTo(0.8 * 0.8 * 0.7 * 0.45, 12);
  });

  it('have the area of their outline, in the unit of the spacing', () => {
    const pixel = 0.7 * 0.45;
    expect(found(ct, 'rectangle', p(10, 2), p(2, 7))('area')).toMatchObject({ value: 40 * pixel, unit: 'mm²' });
    expect(found(ct, 'ellipse', p(1, 1), p(9, 5))('area')?.value).toBeCloseTo(Math.PI * 4 * 2 * pixel, 12);
    expect(found(plain, 'freehand', p(0, 0), p(6, 0), p(0, 4))('area')).toEqual({
      name: 'area',
      value: 12,
      unit: 'px²',
    });
  });

  it('count what an outline surrounds twice not at all, in the area as in the mask', () => {
    expect(found(plain, 'freehand', p(2, 2), p(10, 10), p(10, 2), p(2, 10))('area')?.value).toBeCloseTo(32, 10);
    // A pentagram: five points and no middle. Shoelace area with signs would count the middle twice.
    const star = [0, 2, 4, 1, 3].map((i) =>
      p(12 + 10 * Math.sin((i * 2 * Math.PI) / 5), 11 - 10 * Math.cos((i * 2 * Math.PI) / 5)),
    );
    const apex = Math.sin(Math.PI / 10) / Math.sin((7 * Math.PI) / 10);
    // Outer area of a pentagram of radius 1 minus twice its inner pentagon, from its inner radius.
    const inner = (5 / 2) * Math.sin((2 * Math.PI) / 5) * (100 * apex ** 2);
    const whole = 5 * 10 * (10 * apex) * Math.sin(Math.PI / 5);
    expect(found(plain, 'freehand', ...star)('area')?.value).toBeCloseTo(whole - inner, 8);
  });

  it('measure each channel of a colour image', () => {
    const colour = frameOf(2, 1, Uint8Array.of(10, 20, 30, 30, 20, 10));
    const { quantities } = measure({ kind: 'rectangle', points: [p(0, 0), p(2, 1)], text: '' }, colour);
    const means = quantities.filter(({ name }) => name === 'mean');
    expect(means.map(({ channel, value, unit }) => [channel, value, unit])).toEqual([
      ['red', 20, 'stored'],
      ['green', 20, 'stored'],
      ['blue', 20, 'stored'],
    ]);
    expect(quantities.filter(({ name }) => name === 'sd').map(({ value }) => value)).toEqual([10, 0, 10]);
  });

  it('are in SUV where the file allows to compute it, and in stored values where it names no unit', () => {
    const pet = { ...ct, unit: 'BQML', standardUptake: 0.002, padding: null };
    expect(found(pet, 'probe', p(0.5, 0.5))('value')).toMatchObject({
      value: reference.stored[0]! * 0.001 + -1024 * 0.002,
      unit: 'SUVbw g/ml',
    });
    expect(found(plain, 'probe', p(3.9, 2.1))('value')).toEqual({
      name: 'value',
      value: reference.stored[2 * reference.columns + 3],
      unit: 'stored',
    });
  });
});

describe('lines', () => {
  it('are measured with the spacing of rows and columns, and its source is named', () => {
    expect(found(ct, 'length', p(1, 1), p(5, 1))('length')).toEqual({ name: 'length', value: 4 * 0.45, unit: 'mm' });
    expect(found(ct, 'length', p(1, 1), p(1, 5))('length')?.value).toBeCloseTo(2.8, 12);
    expect(measure({ kind: 'length', points: [p(1, 1), p(1, 5)], text: '' }, ct).spacing).toEqual({
      row: 0.7,
      column: 0.45,
      source: 'PixelSpacing',
    });
  });

  it('are in pixels without a spacing', () => {
    expect(found(plain, 'length', p(0, 0), p(3, 4))('length')).toEqual({ name: 'length', value: 5, unit: 'px' });
    expect(measure({ kind: 'length', points: [p(0, 0), p(3, 4)], text: '' }, plain).spacing).toBeNull();
  });

  it('make angles as they are in the body, not on a grid of unequal pixels', () => {
    const square = p(4, 4);
    expect(found(plain, 'angle', p(8, 4), square, p(4, 1))('angle')?.value).toBeCloseTo(90, 12);
    expect(found(plain, 'angle', p(8, 4), square, p(0, 4))('angle')?.value).toBeCloseTo(180, 12);
    expect(found(ct, 'angle', p(8, 4), square, p(8, 8))('angle')?.value).toBeCloseTo(
      (Math.atan2(0.7, 0.45) * 180) / Math.PI,
      12,
    );
  });

  it('make the Cobb angle whichever way they are drawn', () => {
    const lines = [p(0, 0), p(10, 2), p(0, 20), p(10, 17)] as const;
    const degrees = ((Math.atan(0.2) + Math.atan(0.3)) * 180) / Math.PI;
    expect(found(plain, 'cobb', ...lines)('angle')?.value).toBeCloseTo(degrees, 12);
    expect(found(plain, 'cobb', lines[1], lines[0], lines[2], lines[3])('angle')?.value).toBeCloseTo(degrees, 12);
  });

  it('have no angle without a length', () => {
    expect(found(plain, 'angle', p(4, 4), p(4, 4), p(8, 8))('angle')).toBeUndefined();
  });
});

describe('probes', () => {
  it('say where there is padding, and nothing beside the image', () => {
    expect(found(ct, 'probe', p(reference.columns - 0.5, 3))('padding')?.value).toBe(1);
    expect(measure({ kind: 'probe', points: [p(-0.1, 3)], text: '' }, ct).quantities).toEqual([]);
  });
});
