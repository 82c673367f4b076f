import { describe, expect, test } from 'vitest';
import { fromFloat16Bits, narrowFloat16, toFloat16Bits, widenBfloat16, widenFloat16 } from './float16.ts';

describe('float16', () => {
  test('every value survives', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromFloat16Bits(bits);
      if (Number.isNaN(value)) expect(toFloat16Bits(value) & 0x7fff).toBe(0x7e00);
      else if (toFloat16Bits(value) !== bits) throw new Error(`0x${bits.toString(16)} becomes another value`);
    }
  });

  test('known values', () => {
    expect(fromFloat16Bits(0x3c00)).toBe(1);
    expect(fromFloat16Bits(0x7bff)).toBe(65504);
    expect(fromFloat16Bits(0x0001)).toBe(2 ** -24);
    expect(fromFloat16Bits(0x0400)).toBe(2 ** -14);
    expect(Object.is(fromFloat16Bits(0x8000), -0)).toBe(true);
    expect(toFloat16Bits(0.1)).toBe(0x2e66); // 0.0999755859375
    expect(toFloat16Bits(-2)).toBe(0xc000);
  });

  test('rounds to the nearest, halves to even, over the whole range', () => {
    // Between each two neighbours: a little below the middle, the middle itself, a little above.
    for (let bits = 0; bits < 0x7bff; bits++) {
      const low = fromFloat16Bits(bits);
      const high = fromFloat16Bits(bits + 1);
      const middle = (low + high) / 2; // exact in float32
      const step = Math.max(middle * 2 ** -22, 2 ** -45);
      const even = bits % 2 === 0 ? bits : bits + 1;
      const rounded = [middle - step, middle, middle + step].map(toFloat16Bits);
      if (rounded.join() !== [bits, even, bits + 1].join())
        throw new Error(`between ${low} and ${high}: ${rounded.join()}`);
      const negative = [middle - step, middle, middle + step].map((value) => toFloat16Bits(-value) & 0x7fff);
      if (negative.join() !== rounded.join()) throw new Error(`between ${-low} and ${-high}: ${negative.join()}`);
    }
  });

  test('overflows as IEEE 754 says', () => {
    expect(toFloat16Bits(65519.99)).toBe(0x7bff);
    expect(toFloat16Bits(65520)).toBe(0x7c00);
    expect(toFloat16Bits(-1e30)).toBe(0xfc00);
    expect(toFloat16Bits(Infinity)).toBe(0x7c00);
  });

  test('whole tensors', () => {
    const values = Float32Array.of(0, 1.5, -65504, 2 ** -24, Infinity);
    expect([...widenFloat16(narrowFloat16(values))]).toEqual([...values]);
  });
});

test('bfloat16 is the upper half of float32', () => {
  expect([...widenBfloat16(Uint16Array.of(0x3f80, 0xc2f7, 0x7f80))]).toEqual([1, -123.5, Infinity]);
});
