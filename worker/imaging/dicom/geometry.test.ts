import { afterAll, describe, expect, test } from 'vitest';
import { decodeFrame } from '../index.ts';
import { TestFolder } from '../testing/image.ts';
import type { DataSetValues } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

const frameOf = (values: DataSetValues) => decodeFrame(folder.image(values), 0);

const region = (values: DataSetValues = {}) => ({
  RegionSpatialFormat: 1,
  RegionDataType: 1,
  RegionLocationMinX0: 10,
  RegionLocationMinY0: 20,
  RegionLocationMaxX1: 300,
  RegionLocationMaxY1: 400,
  PhysicalUnitsXDirection: 3,
  PhysicalUnitsYDirection: 3,
  PhysicalDeltaX: 0.02,
  PhysicalDeltaY: 0.03,
  ...values,
});

describe('spacing and its source', () => {
  test.each<[string, DataSetValues, object | null]>([
    ['none', {}, null],
    [
      'a slice',
      { Modality: 'CT', PixelSpacing: [0.5, 0.25] },
      { row: 0.5, column: 0.25, source: 'PixelSpacing', note: null },
    ],
    ['zero is none', { PixelSpacing: [0, 0] }, null],
    [
      'a projection without calibration',
      { Modality: 'DX', PixelSpacing: [0.1, 0.1], ImagerPixelSpacing: [0.2, 0.2] },
      { row: 0.1, source: 'PixelSpacing', note: { code: 'spacing.projection' } },
    ],
    [
      'the same at the detector: not corrected',
      { Modality: 'DX', PixelSpacing: [0.2, 0.2], ImagerPixelSpacing: [0.2, 0.2] },
      { row: 0.2, source: 'ImagerPixelSpacing', note: { code: 'spacing.detector' } },
    ],
    [
      'calibrated from fiducials',
      {
        Modality: 'DX',
        PixelSpacing: [0.1, 0.1],
        ImagerPixelSpacing: [0.2, 0.2],
        PixelSpacingCalibrationType: 'FIDUCIAL',
        PixelSpacingCalibrationDescription: 'steel ball',
      },
      {
        row: 0.1,
        source: 'PixelSpacing calibrated from fiducials',
        note: { code: 'spacing.calibrated', details: { description: 'steel ball' } },
      },
    ],
    [
      'calibrated from geometry',
      { Modality: 'XA', PixelSpacing: [0.1, 0.1], PixelSpacingCalibrationType: 'GEOMETRY' },
      { source: 'PixelSpacing calibrated from geometry' },
    ],
    [
      'at the detector, magnification given',
      { Modality: 'MG', ImagerPixelSpacing: [0.07, 0.07], EstimatedRadiographicMagnificationFactor: 1.8 },
      {
        row: 0.07,
        source: 'ImagerPixelSpacing',
        note: { code: 'spacing.detector-magnified', details: { factor: 1.8 } },
      },
    ],
    [
      'at the detector, magnification from distances',
      { Modality: 'XA', ImagerPixelSpacing: [0.2, 0.2], DistanceSourceToDetector: 1200, DistanceSourceToPatient: 800 },
      { source: 'ImagerPixelSpacing', note: { details: { factor: 1.5 } } },
    ],
    ['a scanned film', { NominalScannedPixelSpacing: [0.1, 0.1] }, { source: 'NominalScannedPixelSpacing' }],
    [
      'an ultrasound region, from centimetres',
      { Modality: 'US', SequenceOfUltrasoundRegions: [region()] },
      {
        row: 0.3,
        column: 0.2,
        source: 'UltrasoundRegion',
        note: { code: 'spacing.ultrasound', details: { regions: '10-300 × 20-400' } },
      },
    ],
    [
      'a Doppler region',
      { SequenceOfUltrasoundRegions: [region({ RegionSpatialFormat: 3, PhysicalUnitsXDirection: 4 })] },
      null,
    ],
    ['regions that differ', { SequenceOfUltrasoundRegions: [region(), region({ PhysicalDeltaX: 0.5 })] }, null],
  ])('%s', async (_, values, expected) => {
    const { spacing } = await frameOf(values);
    if (expected === null) expect(spacing).toBeNull();
    else expect(spacing).toMatchObject(expected);
  });

  test('the aspect ratio alone is no spacing', async () => {
    const frame = await frameOf({ PixelAspectRatio: [3, 2] });
    expect(frame).toMatchObject({ spacing: null, pixelAspectRatio: 1.5 });
  });
});

describe('orientation', () => {
  test.each<[string, DataSetValues, boolean]>([
    ['unit vectors at right angles', { ImageOrientationPatient: [1, 0, 0, 0, 0, -1] }, true],
    ['too few numbers', { ImageOrientationPatient: [1, 0, 0] }, false],
    ['not at right angles', { ImageOrientationPatient: [1, 0, 0, 1, 0, 0] }, false],
    ['not of length one', { ImageOrientationPatient: [2, 0, 0, 0, 2, 0] }, false],
    ['no numbers', { ImageOrientationPatient: ['a', 0, 0, 0, 1, 0] }, false],
  ])('%s', async (_, values, known) => {
    expect((await frameOf(values)).plane !== null).toBe(known);
  });

  test.each([
    [
      ['L', 'F'],
      ['L', 'F'],
    ],
    [
      ['A', 'FP'],
      ['A', 'FP'],
    ],
    [['L'], null],
    [['LE', 'V'], null],
  ])('Patient Orientation %j', async (PatientOrientation, expected) => {
    expect((await frameOf({ PatientOrientation })).patientOrientation).toEqual(expected);
  });
});
