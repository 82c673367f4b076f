import { expect, test } from 'vitest';
import { isRowMajor, toRowMajor } from './strided.ts';

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(Uint16Array.from(values).buffer);
const values = (raw: Uint8Array<ArrayBuffer>): number[] => [...new Uint16Array(raw.slice().buffer)];

test('row-major tensors stay as they are', () => {
  const source = bytes(1, 2, 3, 4, 5, 6);
  expect(toRowMajor(source, [2, 3], [3, 1], 2).buffer).toBe(source.buffer);
});

test('transposed, expanded, stepped', () => {
  expect(values(toRowMajor(bytes(1, 2, 3, 4, 5, 6), [3, 2], [1, 3], 2))).toEqual([1, 4, 2, 5, 3, 6]);
  expect(values(toRowMajor(bytes(7, 8), [3, 2], [0, 1], 2))).toEqual([7, 8, 7, 8, 7, 8]);
  expect(values(toRowMajor(bytes(1, 2, 3, 4, 5), [3], [2], 2))).toEqual([1, 3, 5]);
  expect(values(toRowMajor(bytes(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2], [1, 2, 4], 2))).toEqual([1, 5, 3, 7, 2, 6, 4, 8]);
});

test('scalars and empty tensors', () => {
  expect(values(toRowMajor(bytes(9), [], [], 2))).toEqual([9]);
  expect(toRowMajor(bytes(), [0, 5], [5, 1], 2)).toHaveLength(0);
});

test('axes of size one have any stride', () => {
  expect(isRowMajor([1, 3], [77, 1])).toBe(true);
  expect(isRowMajor([2, 3], [77, 1])).toBe(false);
});
