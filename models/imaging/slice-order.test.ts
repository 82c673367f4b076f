import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PatientPlane } from './frame.ts';
import { positionAlongNormal, sortSlices, type Slice } from './slice-order.ts';

const AXIAL: PatientPlane['orientation'] = [1, 0, 0, 0, 1, 0];
const SAGITTAL: PatientPlane['orientation'] = [0, 1, 0, 0, 0, -1];

const slice = (
  path: string,
  instanceNumber: number | null,
  z: number | null,
  orientation = AXIAL,
): Slice & { z: number | null } => ({
  path,
  instanceNumber,
  z,
  plane: { orientation, position: z === null ? null : [0, 0, z], frameOfReferenceUid: '' },
});
const paths = (slices: readonly Slice[]): string[] => sortSlices(slices).map(({ path }) => path);

test('position counts, not the instance number', () => {
  expect(paths([slice('c', 1, 30), slice('a', 2, -10.5), slice('b', 3, 5)])).toEqual(['a', 'b', 'c']);
});

test('a series that its file numbers against the normal keeps that direction', () => {
  expect(paths([slice('feet', 3, -30), slice('head', 1, 30), slice('middle', 2, 0)])).toEqual([
    'head',
    'middle',
    'feet',
  ]);
});

test('equal positions go by number', () => {
  expect(paths([slice('late', 7, 10), slice('early', 2, 10), slice('below', 9, 0)])).toEqual([
    'below',
    'early',
    'late',
  ]);
});

test.each([
  ['a position is missing', [slice('b', 2, null), slice('a', 1, 50)]],
  ['planes are not parallel', [slice('b', 2, 0), slice('a', 1, 50, SAGITTAL)]],
  ['all positions are the same', [slice('b', 2, 7), slice('a', 1, 7)]],
  [
    'there are no planes',
    [
      { path: 'b', instanceNumber: 2, plane: null },
      { path: 'a', instanceNumber: 1, plane: null },
    ],
  ],
] as [string, Slice[]][])('instance numbers count where %s', (_, slices) => {
  expect(paths(slices)).toEqual(['a', 'b']);
});

test('names in natural order come last', () => {
  const named = ['im10', 'im9', 'im1'].map((path) => ({ path, instanceNumber: null, plane: null }));
  expect(paths([...named, { path: 'numbered', instanceNumber: 3, plane: null }])).toEqual([
    'numbered',
    'im1',
    'im9',
    'im10',
  ]);
});

test('any oblique stack in any order comes out in steps along its normal, and the input is left alone', () => {
  const angle = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(angle, angle, fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 2 }), (a, b, steps) => {
      const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
      const orientation: PatientPlane['orientation'] = [ca * cb, sa * cb, -sb, -sa, ca, 0];
      const normal = [sb * ca, sb * sa, cb] as const;
      const slices = steps.map((step, i): Slice => {
        const position = [normal[0] * step, normal[1] * step, normal[2] * step] as const;
        return { path: String(i), instanceNumber: null, plane: { orientation, position, frameOfReferenceUid: '' } };
      });
      const before = [...slices];
      const sorted = sortSlices(slices).map(({ plane }) => Math.round(positionAlongNormal(plane)!));
      expect(sorted).toEqual([...steps].sort((x, y) => x - y));
      expect(slices).toEqual(before);
    }),
  );
});
