import { expect, test } from 'vitest';
import { hasZeroRun } from './zero-run.ts';

test.each([0, 1, 5, 15, 16, 17, 83])('a run that starts at %i is found, a shorter one is not', (start) => {
  const bytes = new Uint8Array(100).fill(7);
  bytes.fill(0, start, start + 16);
  expect(hasZeroRun(bytes, 16)).toBe(true);
  expect(hasZeroRun(bytes, 17)).toBe(false);
});

test('many short runs are none', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i % 16 === 0 ? 1 : 0));
  expect(hasZeroRun(bytes, 16)).toBe(false);
  expect(hasZeroRun(bytes, 15)).toBe(true);
});
