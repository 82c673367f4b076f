import { warning, type Warning } from '../../../models/warnings.ts';
import type { PatientPlane, Spacing, SpacingSource } from '../../../models/imaging/frame.ts';
import type { Attributes } from './attributes.ts';
import type { FunctionalGroups } from './functional-groups.ts';

/** Deviation of a direction cosine that rounding in a decimal string explains. */
const COSINE_TOLERANCE = 1e-2;

/** Position and orientation of the frame in the patient (PS3.3 C.7.6.2, C.7.6.16.2.3-4); null unless well-formed. */
export function planeOf(attributes: Attributes, groups: FunctionalGroups): PatientPlane | null {
  const orientation = (groups('PlaneOrientationSequence') ?? attributes).numbers('ImageOrientationPatient');
  if (!isOrientation(orientation)) return null;
  const position = (groups('PlanePositionSequence') ?? attributes).numbers('ImagePositionPatient');
  const [x, y, z] = position;
  return {
    orientation,
    position: position.length === 3 && position.every(Number.isFinite) ? [x!, y!, z!] : null,
    frameOfReferenceUid: attributes.string('FrameOfReferenceUID'),
  };
}

type Six = [number, number, number, number, number, number];

function isOrientation(values: number[]): values is Six {
  if (values.length !== 6 || !values.every(Number.isFinite)) return false;
  const dot = (a: number, b: number) => [0, 1, 2].reduce((sum, i) => sum + values[a + i]! * values[b + i]!, 0);
  return (
    Math.abs(dot(0, 0) - 1) < COSINE_TOLERANCE &&
    Math.abs(dot(3, 3) - 1) < COSINE_TOLERANCE &&
    Math.abs(dot(0, 3)) < COSINE_TOLERANCE
  );
}

/** Patient Orientation (0020,0020), e.g. ['L', 'F']; null if absent or written in other letters (animals). */
export function patientOrientationOf(attributes: Attributes): readonly [string, string] | null {
  const [row, column] = attributes.strings('PatientOrientation');
  const known = /^[APRLHF]{1,3}$/;
  return row && column && known.test(row) && known.test(column) ? [row, column] : null;
}

/**
 * Millimetres between pixels, with their source (PS3.3 10.7): in the patient, at the detector, on the scanned film, or
 * of an ultrasound region. Null where the file gives none; never guessed.
 */
export function spacingOf(attributes: Attributes, groups: FunctionalGroups): Spacing | null {
  const measures = groups('PixelMeasuresSequence') ?? attributes;
  const inPatient = pair(measures, 'PixelSpacing');
  const atDetector = pair(attributes, 'ImagerPixelSpacing');
  if (inPatient) return patientSpacing(attributes, inPatient, atDetector);
  if (atDetector) return { ...atDetector, source: 'ImagerPixelSpacing', note: detectorNote(attributes) };
  const scanned = pair(attributes, 'NominalScannedPixelSpacing');
  if (scanned) return { ...scanned, source: 'NominalScannedPixelSpacing', note: warning('spacing.film') };
  return ultrasoundSpacing(attributes);
}

/** Height of a pixel over its width: of the spacing, else of Pixel Aspect Ratio (0028,0034), else 1. */
export function pixelAspectRatioOf(attributes: Attributes, spacing: Spacing | null): number {
  if (spacing) return spacing.row / spacing.column;
  const [vertical, horizontal] = attributes.numbers('PixelAspectRatio');
  return vertical && horizontal && vertical > 0 && horizontal > 0 ? vertical / horizontal : 1;
}

type Pair = Pick<Spacing, 'row' | 'column'>;

function pair(attributes: Attributes, keyword: string): Pair | null {
  const [row, column] = attributes.numbers(keyword);
  return row && column && row > 0 && column > 0 && Number.isFinite(row * column) ? { row, column } : null;
}

const CALIBRATIONS: Readonly<Record<string, SpacingSource>> = {
  FIDUCIAL: 'PixelSpacing calibrated from fiducials',
  GEOMETRY: 'PixelSpacing calibrated from geometry',
};

/** Modalities that project the body onto a detector: there Pixel Spacing may be no more than that of the detector. */
const PROJECTIONS = new Set(['CR', 'DX', 'MG', 'RF', 'XA', 'IO', 'PX', 'RG', 'RTIMAGE']);

function patientSpacing(attributes: Attributes, spacing: Pair, atDetector: Pair | null): Spacing {
  const calibration = CALIBRATIONS[attributes.string('PixelSpacingCalibrationType')];
  const description = attributes.string('PixelSpacingCalibrationDescription');
  if (calibration)
    return {
      ...spacing,
      source: calibration,
      note: description === '' ? null : warning('spacing.calibrated', { description }),
    };
  const same = atDetector && atDetector.row === spacing.row && atDetector.column === spacing.column;
  if (same) return { ...spacing, source: 'ImagerPixelSpacing', note: detectorNote(attributes) };
  const projection = PROJECTIONS.has(attributes.string('Modality'));
  const note = projection ? warning('spacing.projection') : null;
  return { ...spacing, source: 'PixelSpacing', note };
}

function detectorNote(attributes: Attributes): Warning {
  const given = attributes.number('EstimatedRadiographicMagnificationFactor');
  const detector = attributes.number('DistanceSourceToDetector');
  const patient = attributes.number('DistanceSourceToPatient');
  const computed = detector && patient && detector > patient && patient > 0 ? detector / patient : null;
  const factor = given && given > 0 ? given : computed;
  return factor
    ? warning('spacing.detector-magnified', { factor: Number(factor.toFixed(2)) })
    : warning('spacing.detector');
}

const CENTIMETRES = 3;
const SPATIAL_2D = 1;

/** Ultrasound regions (PS3.3 C.8.5.5): two-dimensional ones in centimetres, if they agree. */
function ultrasoundSpacing(attributes: Attributes): Spacing | null {
  const regions = attributes.items('SequenceOfUltrasoundRegions').flatMap((region) => {
    const spatial = region.number('RegionSpatialFormat') === SPATIAL_2D;
    const metric = ['PhysicalUnitsXDirection', 'PhysicalUnitsYDirection'].every(
      (unit) => region.number(unit) === CENTIMETRES,
    );
    const column = Math.abs(region.number('PhysicalDeltaX') ?? 0) * 10;
    const row = Math.abs(region.number('PhysicalDeltaY') ?? 0) * 10;
    if (!spatial || !metric || !(row > 0) || !(column > 0)) return [];
    const corner = (keyword: string) => String(region.number(keyword) ?? '?');
    const bounds = `${corner('RegionLocationMinX0')}-${corner('RegionLocationMaxX1')} × ${corner('RegionLocationMinY0')}-${corner('RegionLocationMaxY1')}`;
    return [{ row, column, bounds }];
  });
  const [first] = regions;
  const agree = regions.every(({ row, column }) => row === first?.row && column === first.column);
  if (!first || !agree) return null;
  const bounds = regions.map((region) => region.bounds).join('; ');
  return {
    row: first.row,
    column: first.column,
    source: 'UltrasoundRegion',
    note: warning('spacing.ultrasound', { regions: bounds }),
  };
}
