import { describe, expect, it } from 'vitest';
import type { PatientPlane, Spacing } from './frame.ts';
import { referenceLine } from './reference-line.ts';

const AXIAL = [1, 0, 0, 0, 1, 0] as const;
/** Rows from front to back, columns from head to feet. */
const SAGITTAL = [0, 1, 0, 0, 0, -1] as const;

function imageOf(orientation: PatientPlane['orientation'], position: PatientPlane['position'], uid = '1.2') {
  const spacing: Spacing = { row: 2, column: 0.5, source: 'PixelSpacing', note: null };
  return { rows: 100, columns: 200, spacing, plane: { orientation, position, frameOfReferenceUid: uid } };
}

const axial = imageOf(AXIAL, [-50, -50, 30]);

describe('a reference line', () => {
  it('lies where the other image cuts this one', () => {
    // x = -10 in the patient is 40 mm from the first pixel's centre: column 80.5; it reaches from y = -40.25 to 59.75.
    const line = referenceLine(axial, imageOf(SAGITTAL, [-10, -40, 100]))!;
    const [a, b] = [...line].sort((p, q) => p.y - q.y) as [(typeof line)[0], (typeof line)[0]];
    expect([a.x, b.x]).toEqual([80.5, 80.5]);
    expect(a.y).toBeCloseTo((-40.25 + 50) / 2 + 0.5, 12);
    expect(b.y).toBeCloseTo((59.75 + 50) / 2 + 0.5, 12);
  });

  it('is the same the other way round: where this image cuts the other', () => {
    const line = referenceLine(imageOf(SAGITTAL, [-10, -40, 100]), axial)!;
    for (const { y } of line) expect(y).toBeCloseTo((100 - 30) / 2 + 0.5, 12);
  });

  it.each([
    ['parallel images', imageOf(AXIAL, [0, 0, 40])],
    ['images that do not meet', imageOf(SAGITTAL, [-10, -40, 10])],
    ['another frame of reference', imageOf(SAGITTAL, [-10, -40, 100], '1.3')],
    ['none named', imageOf(SAGITTAL, [-10, -40, 100], '')],
    ['an image of unknown position', imageOf(SAGITTAL, null)],
    ['no spacing', { ...imageOf(SAGITTAL, [-10, -40, 100]), spacing: null }],
  ])('is not drawn for %s', (_, other) => {
    expect(referenceLine(axial, other)).toBeNull();
  });
});
