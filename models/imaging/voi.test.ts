import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PixelArray, VoiLut, VoiWindow } from './frame.ts';
import { rowOf } from './testing/frames.ts';
import {
  applyVoi,
  defaultVoi,
  describeVoi,
  displayLut,
  isValidVoi,
  voiFunction,
  windowOf,
  windowOfRange,
} from './voi.ts';

const window = (fn: VoiWindow['function'], center: number, width: number): VoiWindow => ({
  kind: 'window',
  function: fn,
  center,
  width,
  explanation: '',
});

const anyFunction = fc.constantFrom<VoiWindow['function']>('LINEAR', 'LINEAR_EXACT', 'SIGMOID');
const anyWindow = fc
  .tuple(anyFunction, fc.double({ min: -5000, max: 5000, noNaN: true }), fc.double({ min: 1, max: 9000, noNaN: true }))
  .map(([fn, center, width]) => window(fn, center, width));

describe('the functions of PS3.3 C.11.2.1.2', () => {
  test('LINEAR: the examples of the standard', () => {
    // C.11.2.1.2.1: center 2048 width 4096 -> 0 at 0, 255 at 4095; width 1 is a threshold at center - 0.5.
    const full = voiFunction(window('LINEAR', 2048, 4096));
    expect([full(-1), full(0), full(4095), full(4096)]).toEqual([0, 0, 255, 255]);
    expect(full(2048)).toBeCloseTo((2048 / 4095) * 255, 9);
    const threshold = voiFunction(window('LINEAR', 2048, 1));
    expect([threshold(2047), threshold(2047.5), threshold(2048)]).toEqual([0, 0, 255]);
    const zero = voiFunction(window('LINEAR', 0, 100));
    expect([zero(-50), zero(49)]).toEqual([0, 255]);
    const zeroWide = voiFunction(window('LINEAR', 0, 1));
    expect([zeroWide(-1), zeroWide(0)]).toEqual([0, 255]);
  });

  test('LINEAR_EXACT is symmetric about its center', () => {
    const exact = voiFunction(window('LINEAR_EXACT', 40, 400));
    expect([exact(-160), exact(40), exact(240), exact(241)]).toEqual([0, 127.5, 255, 255]);
    expect(voiFunction(window('LINEAR_EXACT', 0.5, 0.2))(0.5)).toBe(127.5);
  });

  test('SIGMOID', () => {
    const sigmoid = voiFunction(window('SIGMOID', 100, 50));
    expect(sigmoid(100)).toBe(127.5);
    expect(sigmoid(125)).toBeCloseTo(255 / (1 + Math.exp(-2)), 9);
    expect(sigmoid(1e9)).toBe(255);
    expect(sigmoid(-1e9)).toBe(0);
  });

  test.each<[VoiWindow['function'], number, boolean]>([
    ['LINEAR', 1, true],
    ['LINEAR', 0.5, false],
    ['LINEAR', 0, false],
    ['LINEAR', NaN, false],
    ['LINEAR_EXACT', 0.5, true],
    ['LINEAR_EXACT', 0, false],
    ['SIGMOID', 0.1, true],
    ['SIGMOID', -3, false],
  ])('%s of width %f is valid: %s', (fn, width, valid) => {
    const voi = window(fn, 0, width);
    expect(isValidVoi(voi)).toBe(valid);
    if (!valid) expect(() => voiFunction(voi)).toThrow(/width/);
  });

  test('every window rises from 0 to 255 and never leaves that range', () => {
    fc.assert(
      fc.property(anyWindow, fc.array(fc.double({ min: -1e5, max: 1e5, noNaN: true }), { minLength: 2 }), (voi, xs) => {
        const ys = xs.sort((a, b) => a - b).map(voiFunction(voi));
        ys.forEach((y, i) => {
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y).toBeLessThanOrEqual(255);
          if (i > 0) expect(y).toBeGreaterThanOrEqual(ys[i - 1]!);
        });
      }),
    );
  });

  test('the range that a window is made of becomes 0 and 255', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40000, max: 40000 }), fc.integer({ min: 1, max: 70000 }), (low, span) => {
        for (const integers of [true, false]) {
          const toGray = voiFunction(windowOfRange(low, low + span, integers));
          expect(toGray(low)).toBe(0);
          expect(toGray(low + span)).toBeCloseTo(255, 6);
        }
      }),
    );
  });
});

describe('tables', () => {
  const lut = (more: Partial<VoiLut> = {}): VoiLut => ({
    kind: 'lut',
    firstMapped: 100,
    bits: 12,
    data: Uint16Array.of(0, 1000, 2000, 4095),
    explanation: '',
    ...more,
  });

  test('values outside take the first and last entry', () => {
    const toGray = voiFunction(lut());
    expect(toGray(-5)).toBe(0);
    expect(toGray(101)).toBeCloseTo((1000 / 4095) * 255, 9);
    expect(toGray(103)).toBe(255);
    expect(toGray(9999)).toBe(255);
  });

  test('entries above the declared bits do not wrap', () => {
    expect(voiFunction(lut({ bits: 8 }))(102)).toBe(255);
  });

  test.each([{ data: new Uint16Array() }, { bits: 0 }, { bits: 17 }, { firstMapped: NaN }])(
    '%o is refused',
    (wrong) => {
      expect(isValidVoi(lut(wrong))).toBe(false);
    },
  );
});

describe('default', () => {
  test('is the first that can be applied, else the automatic window', () => {
    const frame = rowOf(Uint8Array.of(0, 255));
    const invalid = window('LINEAR', 40, 0);
    const valid = window('LINEAR', 40, 400);
    expect(defaultVoi({ ...frame, voi: [invalid, valid] })).toBe(valid);
    expect(defaultVoi({ ...frame, voi: [invalid] })).toBe(frame.automaticWindow);
  });
});

describe('applyVoi', () => {
  test('8-bit values through their full range are unchanged', () => {
    const pixels = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(applyVoi(rowOf(pixels))).toEqual(pixels);
  });

  test('MONOCHROME1 is inverted after VOI', () => {
    const pixels = Int16Array.of(-1000, 0, 40, 3000);
    const voi = window('LINEAR', 40, 400);
    const plain = applyVoi(rowOf(pixels), voi);
    expect(applyVoi(rowOf(pixels, { invert: true }), voi)).toEqual(plain.map((value) => 255 - value));
  });

  test('the table and pixel by pixel agree, whatever the type', () => {
    const types = fc.constantFrom(Uint8Array, Int8Array, Uint16Array, Int16Array);
    const values = fc.array(fc.integer({ min: -32768, max: 65535 }), { minLength: 1, maxLength: 50 });
    const rescale = fc.record({
      slope: fc.double({ min: 0.01, max: 10, noNaN: true }),
      intercept: fc.double({ min: -2000, max: 2000, noNaN: true }),
    });
    fc.assert(
      fc.property(types, values, anyWindow, rescale, fc.boolean(), (Type, numbers, voi, scale, invert) => {
        const pixels = Type.from(numbers) as PixelArray;
        const more = { rescale: scale, invert };
        const exact = applyVoi(rowOf(Float64Array.from(pixels), more), voi);
        expect(applyVoi(rowOf(pixels, more), voi)).toEqual(exact);
      }),
    );
  });

  test('padding lies outside minimum and maximum and is still shown right', () => {
    const frame = rowOf(Int16Array.of(-2000, 0, 100), {
      minimum: 0,
      maximum: 100,
      padding: { low: -2000, high: -2000 },
    });
    expect(applyVoi(frame, window('LINEAR', 50.5, 101))).toEqual(Uint8Array.of(0, 0, 255));
    expect(displayLut(frame, null)!.firstMapped).toBe(-2000);
  });

  test('no table over floating-point or huge ranges, but a picture all the same', () => {
    const float = rowOf(Float32Array.of(0, 0.5, 1, NaN));
    expect(displayLut(float, null)).toBeNull();
    expect(applyVoi(float, window('LINEAR_EXACT', 0.5, 1))).toEqual(Uint8Array.of(0, 128, 255, 0));
    const wide = rowOf(Uint32Array.of(0, 4e9));
    expect(displayLut(wide, null)).toBeNull();
    expect(applyVoi(wide, windowOfRange(0, 4e9, true))).toEqual(Uint8Array.of(0, 255));
  });

  test('colour is refused', () => {
    expect(() => applyVoi(rowOf(Uint8Array.of(1, 2, 3), { colour: 'rgb' }))).toThrow(/colour/);
  });
});

test('windows in words', () => {
  expect(describeVoi(windowOf(40, 400))).toBe('W 400 L 40');
  expect(describeVoi(windowOf(-600.4, 1500.37))).toBe('W 1500 L -600');
  expect(describeVoi(windowOf(2.46, 4.04))).toBe('W 4 L 2.5');
  expect(describeVoi(windowOf(0.25, 0.5, 'narrow'))).toBe('W 0.5 L 0.25 LINEAR_EXACT (narrow)');
  const lut: VoiLut = { kind: 'lut', firstMapped: 0, bits: 8, data: Uint16Array.of(1), explanation: 'NORMAL' };
  expect(describeVoi(lut)).toBe('VOI table (NORMAL)');
});
