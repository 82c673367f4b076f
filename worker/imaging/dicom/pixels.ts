import { HifuseError, type ErrorDetails } from '../../../models/errors.ts';
import { LIMITS } from '../limits.ts';
import type { Attributes } from './attributes.ts';
import type { Dicom, PixelElement } from './parse.ts';
import { TOLERATED_LOSS } from './samples.ts';
import type { Photometric, PixelDescription } from './pixel-description.ts';

/** Samples per pixel of each photometric interpretation that can be shown. */
const SAMPLES: Readonly<Record<Photometric, 1 | 3>> = {
  MONOCHROME1: 1,
  MONOCHROME2: 1,
  'PALETTE COLOR': 1,
  RGB: 3,
  YBR_FULL: 3,
  YBR_FULL_422: 3,
  YBR_PARTIAL_422: 3,
  YBR_PARTIAL_420: 3,
  YBR_ICT: 3,
  YBR_RCT: 3,
};

const KINDS = {
  PixelData: { kind: 'integer', bits: null },
  FloatPixelData: { kind: 'float', bits: 32 },
  DoubleFloatPixelData: { kind: 'double', bits: 64 },
} as const;

/**
 * Reads and checks the description of the pixels, before anything is allocated.
 * Throws `dicom.no-pixel-data`, `dicom.corrupt`, `dicom.unsupported-pixels`, `image.too-large`.
 */
export function describePixels(dicom: Dicom): PixelDescription {
  const { attributes, name } = dicom;
  if (!dicom.pixels) throw noPixels(dicom);
  const file = name;
  const refuse = (details: ErrorDetails<'dicom.unsupported-pixels'>) =>
    new HifuseError('dicom.unsupported-pixels', details);
  const need = (keyword: string): number => {
    const value = attributes.number(keyword);
    if (value === null) throw refuse({ reason: 'unstated', file, keyword });
    return value;
  };

  const rows = need('Rows');
  const columns = need('Columns');
  if (rows < 1 || columns < 1) throw refuse({ reason: 'no-pixel', file, columns, rows });
  const { kind, bits } = KINDS[dicom.pixels.keyword];
  const samplesPerPixel = attributes.number('SamplesPerPixel') ?? 1;
  const photometric = photometricOf(attributes, samplesPerPixel);
  if (!(photometric in SAMPLES))
    throw refuse({ reason: 'value', file, keyword: 'PhotometricInterpretation', value: photometric });
  if (SAMPLES[photometric as Photometric] !== samplesPerPixel) {
    throw refuse({ reason: 'samples', file, photometric, samples: samplesPerPixel });
  }
  const bitsAllocated = bits ?? need('BitsAllocated');
  if (![1, 8, 16, 32].includes(bitsAllocated) && bits === null) {
    throw refuse({ reason: 'value', file, keyword: 'BitsAllocated', value: bitsAllocated });
  }
  const bitsStored = bits ?? attributes.number('BitsStored') ?? bitsAllocated;
  const highBit = bits ? bits - 1 : (attributes.number('HighBit') ?? bitsStored - 1);
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit < bitsStored - 1 || highBit >= bitsAllocated) {
    throw refuse({ reason: 'bits', file, allocated: bitsAllocated, stored: bitsStored, high: highBit });
  }
  // YBR_FULL_422 may take two samples for each pixel.
  const samples = /_422$/.test(photometric) ? 2 : samplesPerPixel;
  const frames = Math.min(framesOf(attributes), framesThatFit(dicom.pixels, rows * columns * samples * bitsAllocated));
  const bytes = rows * columns * samplesPerPixel * Math.max(1, bitsAllocated / 8);
  if (rows * columns > LIMITS.pixelsPerFrame || bytes > LIMITS.bytesPerFrame || frames > LIMITS.framesPerFile) {
    throw new HifuseError('image.too-large', { reason: 'declared', file, frames, columns, rows });
  }
  return {
    rows,
    columns,
    frames,
    samplesPerPixel,
    photometric: photometric as Photometric,
    kind,
    bitsAllocated: bitsAllocated as PixelDescription['bitsAllocated'],
    bitsStored,
    highBit,
    signed: kind === 'integer' ? attributes.number('PixelRepresentation') === 1 : true,
    planar: samplesPerPixel > 1 && attributes.number('PlanarConfiguration') === 1,
  };
}

/** Number of Frames (0028,0008): 1 where absent, empty or zero, as many writers mean it. */
export function framesOf(attributes: Attributes): number {
  const value = attributes.number('NumberOfFrames');
  return value === null || value < 1 ? 1 : Math.floor(value);
}

/** Frames that the pixel data can hold, whatever the header claims: one at least, whose lack is told when it is read. */
function framesThatFit({ length, mostFrames }: PixelElement, bitsPerFrame: number): number {
  if (length === null) return mostFrames;
  return Math.max(1, Math.floor((length * 8) / bitsPerFrame + TOLERATED_LOSS));
}

function photometricOf(attributes: Attributes, samplesPerPixel: number): string {
  const given = attributes.string('PhotometricInterpretation').toUpperCase().replace(/\s+/g, ' ');
  if (given === 'PALETTE_COLOR') return 'PALETTE COLOR';
  return given || (samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2');
}

const DICOMDIR = '1.2.840.10008.1.3.10';

function noPixels({ name, meta, attributes, cut }: Dicom): HifuseError {
  const sopClass = meta.string('MediaStorageSOPClassUID') || attributes.string('SOPClassUID');
  if (sopClass === DICOMDIR || attributes.has('DirectoryRecordSequence')) {
    return new HifuseError('dicom.no-pixel-data', { reason: 'directory', file: name });
  }
  if (cut) {
    return new HifuseError('dicom.corrupt', { reason: 'before-pixels', file: name });
  }
  const modality = attributes.string('Modality').replace(/[^A-Z]/g, '');
  return new HifuseError(
    'dicom.no-pixel-data',
    modality ? { reason: 'modality', file: name, modality } : { reason: 'none', file: name },
  );
}
