import { HifuseError } from '../../../models/errors.ts';
import type { Frame, PixelArray } from '../../../models/imaging/frame.ts';
import { windowOfRange } from '../../../models/imaging/voi.ts';
import { warning } from '../../../models/warnings.ts';
import type { ImageFile } from '../image-file.ts';
import { contentOf } from '../summarize.ts';
import type { Attributes } from './attributes.ts';
import { rangeOf, type Range } from './range.ts';
import { toRgb } from './colour.ts';
import { functionalGroups, type FunctionalGroups } from './functional-groups.ts';
import { patientOrientationOf, pixelAspectRatioOf, planeOf, spacingOf } from './geometry.ts';
import { applyLut, modalityOf, outputRange, voiOf, type InputRange } from './lut.ts';
import { paletteToRgb } from './palette.ts';
import type { Dicom } from './parse.ts';
import type { PixelDescription } from './pixel-description.ts';
import { standardUptakeOf } from './standard-uptake.ts';
import { readStoredFrame, type StoredFrame } from './stored.ts';

/** Decodes one frame as it enters the display and the network. Throws `dicom.*`, `image.*`. */
export async function decodeDicomFrame(file: ImageFile, dicom: Dicom, number: number): Promise<Frame> {
  const { attributes } = dicom;
  const stored = await readStoredFrame(file, dicom, number);
  const { rows, columns } = stored.description;
  const groups = functionalGroups(attributes, number);
  const spacing = spacingOf(attributes, groups);
  const standardUptake = standardUptakeOf(attributes);
  const { warnings, ...values } = stored.description.photometric.startsWith('MONOCHROME')
    ? grayscale(stored, attributes, groups)
    : colour(file.name, stored, attributes);
  return {
    rows,
    columns,
    ...values,
    ...(standardUptake === null ? {} : { standardUptake }),
    pixelAspectRatio: pixelAspectRatioOf(attributes, spacing),
    spacing,
    patientOrientation: patientOrientationOf(attributes),
    plane: planeOf(attributes, groups),
    exifOrientation: 1,
    content: contentOf(file, stored.samples),
    lossy: stored.lossy,
    warnings: [...stored.warnings, ...warnings],
  };
}

type Values = Pick<
  Frame,
  | 'colour'
  | 'pixels'
  | 'rescale'
  | 'unit'
  | 'voi'
  | 'automaticWindow'
  | 'invert'
  | 'minimum'
  | 'maximum'
  | 'padding'
  | 'warnings'
>;

function grayscale({ description, samples }: StoredFrame, attributes: Attributes, groups: FunctionalGroups): Values {
  const stored = storedRange(description);
  const modality = modalityOf(attributes, groups, stored);
  const { lut, slope, intercept, unit } = modality;
  const padding = paddingOf(attributes, description);
  const pixels: PixelArray = lut ? applyLut(samples, lut) : samples;
  // Padding is told by stored values, which the table has replaced.
  const remaining = lut ? null : padding;
  const all = rangeOf(pixels, remaining);
  const shown = shownRange(all, lut ? { ...description, bitsStored: lut.bits, signed: false } : description);
  const [low, high] = [shown.minimum * slope + intercept, shown.maximum * slope + intercept];
  const { voi, warnings } = voiOf(attributes, groups, outputRange(modality, stored));
  const integers = description.kind === 'integer' && Number.isInteger(slope) && Number.isInteger(intercept);
  return {
    colour: 'grayscale',
    pixels,
    rescale: { slope, intercept },
    unit,
    voi,
    warnings: lut?.otherSign ? [...warnings, warning('dicom.table-sign')] : warnings,
    automaticWindow: windowOfRange(Math.min(low, high), Math.max(low, high), integers, 'automatic'),
    invert: description.photometric === 'MONOCHROME1' || attributes.string('PresentationLUTShape') === 'INVERSE',
    ...all,
    padding: remaining,
  };
}

/**
 * What the automatic window shows, in stored values: from the smallest to the largest, as viewers commonly do (DCMTK's
 * --min-max-window, for one); the network receives the same. 8 bits that are no more are grey levels already.
 */
function shownRange(all: Range, { kind, bitsStored, signed }: PixelDescription): Range {
  const isGrey = kind === 'integer' && bitsStored <= 8 && !signed && all.maximum < 2 ** bitsStored;
  return isGrey ? { minimum: 0, maximum: 2 ** bitsStored - 1 } : all;
}

function colour(name: string, stored: StoredFrame, attributes: Attributes): Values {
  const { description, samples } = stored;
  return {
    colour: 'rgb',
    pixels:
      description.photometric === 'PALETTE COLOR'
        ? palette(name, stored, attributes)
        : toRgb(samples, description.photometric, description.bitsStored),
    rescale: { slope: 1, intercept: 0 },
    unit: '',
    voi: [],
    warnings: [],
    automaticWindow: windowOfRange(0, 255, true),
    invert: false,
    minimum: 0,
    maximum: 255,
    padding: null,
  };
}

function palette(file: string, { description, samples }: StoredFrame, attributes: Attributes): Uint8Array<ArrayBuffer> {
  const rgb = paletteToRgb(samples, attributes, storedRange(description));
  if (rgb) return rgb;
  throw new HifuseError('dicom.unsupported-pixels', { reason: 'no-palette', file });
}

/** What stored values may be. */
function storedRange({ kind, signed, bitsStored }: PixelDescription): InputRange {
  if (kind !== 'integer') return { low: -Infinity, high: Infinity };
  return signed
    ? { low: -(2 ** (bitsStored - 1)), high: 2 ** (bitsStored - 1) - 1 }
    : { low: 0, high: 2 ** bitsStored - 1 };
}

/** Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2), as stored values, whichever sign they were written with. */
function paddingOf(attributes: Attributes, description: PixelDescription): Frame['padding'] {
  const asStored = (value: number | null): number | null => {
    if (value === null) return null;
    const modulus = 2 ** description.bitsAllocated;
    if (description.signed) return value >= modulus / 2 ? value - modulus : value;
    return value < 0 ? value + modulus : value;
  };
  const value = asStored(attributes.number('PixelPaddingValue'));
  if (value === null || description.kind !== 'integer') return null;
  const limit = asStored(attributes.number('PixelPaddingRangeLimit')) ?? value;
  return { low: Math.min(value, limit), high: Math.max(value, limit) };
}
