import { expect, test } from 'vitest';
import { setAside, tornGroups } from './split.ts';

const images = Array.from({ length: 600 }, (_, i) => ({ label: i % 6 === 0 ? 1 : 0, group: `p${Math.floor(i / 3)}` }));

test('a share of every class is set aside, and no group is torn', () => {
  const aside = setAside(images, 0.2, 1);
  const counts = [0, 1].map((label) => images.filter((image, i) => image.label === label && aside[i]).length);
  expect(counts[0]! / 500).toBeCloseTo(0.2, 1);
  expect(counts[1]! / 100).toBeCloseTo(0.2, 1);
  expect(tornGroups(images.map((image, i) => ({ ...image, part: String(aside[i]) })))).toEqual([]);
});

test('a seed decides', () => {
  expect(setAside(images, 0.2, 1)).toEqual(setAside(images, 0.2, 1));
  expect(setAside(images, 0.2, 2)).not.toEqual(setAside(images, 0.2, 1));
});

test('torn groups are found', () => {
  const parts = ['train', 'val', 'train', 'train'];
  expect(tornGroups(parts.map((part, i) => ({ part, group: `p${i % 2 === 0 ? 0 : i}` })))).toEqual([]);
  expect(tornGroups(parts.map((part) => ({ part, group: 'p' })))).toEqual(['p']);
});
