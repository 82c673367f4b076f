import { expect, it } from 'vitest';
import type { PatientPlane } from '../../models/imaging/frame.ts';
import { linkedPosition } from './linked-place.ts';

const plane = (z: number, uid = '1', orientation: PatientPlane['orientation'] = [1, 0, 0, 0, 1, 0]): PatientPlane => ({
  orientation,
  position: [5, 5, z],
  frameOfReferenceUid: uid,
});
const stack = (from: number, step: number, count: number, uid = '1') =>
  Array.from({ length: count }, (_, i) => plane(from + i * step, uid));

it('goes to the nearest slice in the patient, whatever the spacing and order of the slices', () => {
  const thin = stack(0, 1, 100);
  expect(linkedPosition({ position: 41, planes: thin }, { planes: stack(0, 5, 20) })).toBe(8);
  expect(linkedPosition({ position: 41, planes: thin }, { planes: stack(95, -5, 20) })).toBe(11);
  expect(linkedPosition({ position: 99, planes: thin }, { planes: stack(0, 5, 3) })).toBe(2);
});

it('goes to the same fraction where positions say nothing of each other', () => {
  const other = stack(0, 1, 11, '2');
  expect(linkedPosition({ position: 10, planes: stack(0, 1, 21) }, { planes: other })).toBe(5);
  expect(linkedPosition({ position: 2, planes: [null, null, null] }, { planes: other })).toBe(10);
  expect(linkedPosition({ position: 0, planes: [null] }, { planes: other })).toBe(0);
});

it('stays where the slices lie across each other, or there are none', () => {
  const across = [plane(0, '1', [0, 1, 0, 0, 0, -1])];
  expect(linkedPosition({ position: 0, planes: stack(0, 1, 3) }, { planes: across })).toBeNull();
  expect(linkedPosition({ position: 0, planes: stack(0, 1, 3) }, { planes: [] })).toBeNull();
  expect(linkedPosition({ position: -1, planes: [] }, { planes: across })).toBeNull();
});
