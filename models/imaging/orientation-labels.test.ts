import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PatientPlane } from './frame.ts';
import { directionLetters, lettersDirection, orientationLabels, type ViewTransform } from './orientation-labels.ts';

const plane = (...orientation: PatientPlane['orientation']) => ({
  plane: { orientation, position: null, frameOfReferenceUid: '' },
  patientOrientation: null,
});
const AXIAL = plane(1, 0, 0, 0, 1, 0);
const CORONAL = plane(1, 0, 0, 0, 0, -1);
const SAGITTAL = plane(0, 1, 0, 0, 0, -1);
const view = (rotation: number, flipHorizontal = false, flipVertical = false): ViewTransform => ({
  rotation,
  flipHorizontal,
  flipVertical,
});
/** Edges clockwise from the top. */
const edges = (...args: Parameters<typeof orientationLabels>): string[] => {
  const { top, right, bottom, left } = orientationLabels(...args)!;
  return [top, right, bottom, left];
};

test.each([
  ['axial', AXIAL, ['A', 'L', 'P', 'R']],
  ['coronal', CORONAL, ['H', 'L', 'F', 'R']],
  ['sagittal', SAGITTAL, ['H', 'P', 'F', 'A']],
] as const)('%s', (_, frame, expected) => {
  expect(edges(frame)).toEqual(expected);
});

describe('after turns and flips', () => {
  test('a turn clockwise moves the top to the right', () => {
    expect(edges(AXIAL, view(90))).toEqual(['R', 'A', 'L', 'P']);
    expect(edges(AXIAL, view(180))).toEqual(['P', 'R', 'A', 'L']);
    expect(edges(AXIAL, view(270))).toEqual(['L', 'P', 'R', 'A']);
    expect(edges(AXIAL, view(-90))).toEqual(edges(AXIAL, view(270)));
    expect(edges(AXIAL, view(450))).toEqual(edges(AXIAL, view(90)));
  });

  test('a flip exchanges two sides, before the turn', () => {
    expect(edges(AXIAL, view(0, true))).toEqual(['A', 'R', 'P', 'L']);
    expect(edges(AXIAL, view(0, false, true))).toEqual(['P', 'L', 'A', 'R']);
    expect(edges(AXIAL, view(90, true))).toEqual(['L', 'A', 'R', 'P']);
  });

  test('between quarter turns both letters show', () => {
    expect(edges(AXIAL, view(30))).toEqual(['AR', 'LA', 'PL', 'RP']);
  });

  test('quarter turns only permute; two flips are half a turn', () => {
    const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
    fc.assert(
      fc.property(angle, angle, fc.integer({ min: -8, max: 8 }), fc.boolean(), fc.boolean(), (a, b, quarters, h, v) => {
        const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
        const frame = plane(ca * cb, sa * cb, -sb, -sa, ca, 0);
        const before = edges(frame, view(0, h, v));
        const turn = ((quarters % 4) + 4) % 4;
        const turned = before.map((_, i) => before[(i - turn + 4) % 4]!);
        expect(edges(frame, view(quarters * 90, h, v))).toEqual(turned);
        expect(edges(frame, view(0, true, true))).toEqual(edges(frame, view(180)));
      }),
    );
  });
});

describe('from Patient Orientation', () => {
  const file = (row: string, column: string) => ({ plane: null, patientOrientation: [row, column] as const });

  test('a chest radiograph', () => {
    expect(edges(file('L', 'F'))).toEqual(['H', 'L', 'F', 'R']);
    expect(edges(file('L', 'F'), view(0, true))).toEqual(['H', 'R', 'F', 'L']);
  });

  test('an oblique mammogram keeps its two letters', () => {
    expect(edges(file('A', 'FR'))).toEqual(['HL', 'A', 'FR', 'P']);
  });

  test.each([
    ['', ''],
    ['L', ''],
    ['X', 'F'],
    ['LR', 'F'],
  ])('%j and %j say nothing', (row, column) => {
    expect(orientationLabels(file(row, column))).toBeNull();
  });

  test('unknown stays unknown', () => {
    expect(orientationLabels({ plane: null, patientOrientation: null })).toBeNull();
  });
});

test('letters and directions are each other’s inverse', () => {
  for (const letters of ['L', 'R', 'A', 'P', 'H', 'F', 'PF', 'LAH']) {
    expect(directionLetters(lettersDirection(letters)!)).toBe(letters);
  }
  expect(directionLetters([0, 0, 0])).toBe('');
});
