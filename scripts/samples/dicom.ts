/** The phantoms as DICOM files. */
import type { DataSetValues } from '../../worker/imaging/dicom/write.ts';
import { encodeDicom } from '../../worker/imaging/dicom/write.ts';
import { CT } from './ct.ts';

const SOP_CLASS = { CR: '1.2.840.10008.5.1.4.1.1.1', CT: '1.2.840.10008.5.1.4.1.1.2' } as const;

/** UIDs of the kind that anybody may make from a UUID (PS3.5 B.2); the last digits count studies, series and images. */
const uid = (kind: number, index: number): string => `2.25.30985412776302847156100283746${String(kind * 1000 + index)}`;

/** What all samples say: that no patient is behind them. */
const common = (modality: 'CR' | 'CT', kind: number, index: number): DataSetValues => ({
  SpecificCharacterSet: 'ISO_IR 192',
  ImageType: ['DERIVED', 'PRIMARY'],
  SOPClassUID: SOP_CLASS[modality],
  SOPInstanceUID: uid(kind, 100 + index),
  StudyInstanceUID: uid(kind, 1),
  SeriesInstanceUID: uid(kind, 2),
  StudyDate: '20260101',
  StudyTime: '120000',
  SeriesDate: '20260101',
  ContentDate: '20260101',
  Modality: modality,
  Manufacturer: 'HiFuse Viewer',
  ManufacturerModelName: 'Phantom generator',
  StudyDescription: 'SYNTHETIC PHANTOM - not a patient',
  PatientName: 'SYNTHETIC^PHANTOM',
  PatientID: `SYNTHETIC-${modality}`,
  PatientBirthDate: '',
  PatientSex: 'O',
  StudyID: String(kind),
  SeriesNumber: 1,
  InstanceNumber: index + 1,
  BodyPartExamined: 'CHEST',
  BurnedInAnnotation: 'NO',
  SamplesPerPixel: 1,
  BitsAllocated: 16,
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
});

/** Millimetres per pixel on the detector of the chest phantom. */
const DETECTOR_SPACING = 0.36;

/** The window of the chest phantom, in stored values. */
export const CHEST_WINDOW = { center: 2048, width: 4096 } as const;

/** A computed radiograph: 12-bit stored values of a square of `size` pixels, low values white (MONOCHROME1). */
export function chestDicom(stored: Uint16Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  return encodeDicom({
    ...common('CR', 1, 0),
    SeriesDescription: 'SYNTHETIC chest radiograph',
    // Looks like what the bundled model is meant for, and is not: the application refuses it, and says why.
    QualityControlImage: 'YES',
    ViewPosition: 'PA',
    PatientOrientation: ['L', 'F'],
    PhotometricInterpretation: 'MONOCHROME1',
    Rows: size,
    Columns: size,
    ImagerPixelSpacing: [DETECTOR_SPACING, DETECTOR_SPACING],
    WindowCenter: CHEST_WINDOW.center,
    WindowWidth: CHEST_WINDOW.width,
    LossyImageCompression: '00',
    PixelData: stored,
  });
}

/** Hounsfield units are stored with this much added, as unsigned 12-bit values. */
const CT_OFFSET = 1024;

/** Slice `index` (0 nearest to the head) of the CT phantom, or of another study of the same kind. */
export function ctDicom(hounsfield: Int16Array<ArrayBuffer>, index: number, study = 2): Uint8Array<ArrayBuffer> {
  const first = -((CT.size - 1) / 2) * CT.pixelSpacing;
  const z = (CT.slices - 1 - index) * CT.sliceSpacing;
  return encodeDicom({
    ...common('CT', study, index),
    SeriesDescription: 'SYNTHETIC chest CT',
    PatientPosition: 'HFS',
    PatientOrientation: ['L', 'P'],
    FrameOfReferenceUID: uid(study, 3),
    PositionReferenceIndicator: '',
    ImagePositionPatient: [first, first, z].map((value) => value.toFixed(1)),
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    PixelSpacing: [CT.pixelSpacing, CT.pixelSpacing],
    SliceThickness: CT.sliceSpacing,
    SpacingBetweenSlices: CT.sliceSpacing,
    KVP: 120,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: CT.size,
    Columns: CT.size,
    RescaleIntercept: -CT_OFFSET,
    RescaleSlope: 1,
    RescaleType: 'HU',
    WindowCenter: [40, -600],
    WindowWidth: [400, 1500],
    WindowCenterWidthExplanation: ['SOFT TISSUE', 'LUNG'],
    PixelData: Uint16Array.from(hounsfield, (value) => Math.min(4095, Math.max(0, value + CT_OFFSET))),
  });
}
