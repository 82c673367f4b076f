import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

const typedArray = fc.oneof(
  fc.uint8Array(),
  fc.int8Array(),
  fc.uint16Array(),
  fc.int16Array(),
  fc.uint32Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
);
const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('$', '__proto__', 'constructor', 'toJSON'));
const message = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.double(),
    fc.constantFrom(-0, NaN, Infinity, -Infinity),
    typedArray,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

describe('wire', () => {
  it('brings back every message, typed arrays included', () => {
    fc.assert(
      fc.property(message, (value) => {
        // Vitest's toStrictEqual is misled by a key "constructor".
        deepStrictEqual(decodeMessage(encodeMessage(value)), value);
      }),
      { numRuns: 500 },
    );
  });

  it('reads from memory at any offset, as sockets hand it over', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 9 }), (value, offset) => {
        const bytes = encodeMessage(value);
        const shifted = new Uint8Array(bytes.length + offset);
        shifted.set(bytes, offset);
        deepStrictEqual(decodeMessage(shifted.subarray(offset)), value);
        deepStrictEqual(decodeMessage(Buffer.from(shifted.buffer).subarray(offset)), value);
      }),
    );
  });

  it('takes the part that a view shows, not the memory under it', () => {
    const pixels = new Uint16Array([1, 2, 3, 4]).subarray(1, 3);
    expect(decodeMessage(encodeMessage({ pixels }))).toStrictEqual({ pixels: new Uint16Array([2, 3]) });
    expect(decodeMessage(encodeMessage(Buffer.from('ab')))).toStrictEqual(new Uint8Array([97, 98]));
  });

  it('adds to pixels no more than a few bytes, and copies none when reading', () => {
    const pixels = new Uint16Array(1_000_000);
    const bytes = encodeMessage({ pixels });
    expect(bytes.byteLength).toBeLessThan(pixels.byteLength + 100);
    const decoded = decodeMessage(bytes) as { pixels: Uint16Array };
    expect(decoded.pixels.buffer).toBe(bytes.buffer);
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(decodeMessage(encodeMessage({ a: undefined, b: [undefined] }))).toStrictEqual({ b: [null] });
    expect(decodeMessage(encodeMessage(undefined))).toBe(null);
  });

  it('refuses every damaged message with a code, and never runs wild', () => {
    const valid = fc.tuple(
      message,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(),
    );
    const damaged = valid.map(([value, changes, cut]) => {
      const bytes = encodeMessage(value);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : bytes.length);
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array()), (bytes) => {
        try {
          decodeMessage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(HifuseError);
          expect(error).toMatchObject({ code: 'request.invalid' });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['data beyond the end', { $: ['u8', 0, 1] }],
    ['a length that is no number', { $: ['u8', 0, '1'] }],
    ['a negative offset', { $: ['u8', -8, 0] }],
    ['an offset that is not aligned', { $: ['f64', 1, 0] }],
    ['an unknown kind', { $: ['toString', 0, 0] }],
    ['an unknown number', { $: ['number', 'eval'] }],
    ['a mark that is no list', { $: 1 }],
    ['entries that are none', { $: ['object', [1]] }],
  ])('refuses %s', (_, json) => {
    const text = new TextEncoder().encode(JSON.stringify(json));
    const bytes = new Uint8Array(4 + text.length);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 4);
    expect(() => decodeMessage(bytes)).toThrow(HifuseError);
  });
});
