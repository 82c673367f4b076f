import { warning, type Warning } from '../../../models/warnings.ts';
import type { PixelArray, Voi, VoiLut, VoiWindow } from '../../../models/imaging/frame.ts';
import { isValidVoi } from '../../../models/imaging/voi.ts';
import type { Attributes } from './attributes.ts';
import type { FunctionalGroups } from './functional-groups.ts';

/** A look-up table of the file (PS3.3 C.11.1.1): value `firstMapped + i` -> `data[i]`, of `bits` bits. */
export interface Lut {
  firstMapped: number;
  bits: number;
  data: Uint16Array<ArrayBuffer>;
  /** Its first value was read with the other sign than the standard gives it, since it would cover no value at all. */
  otherSign: boolean;
}

const MAX_ENTRIES = 65536;

/** Smallest and largest value that a table may be asked for. */
export interface InputRange {
  low: number;
  high: number;
}

/**
 * Reads descriptor and data of a table of the values in `input`, e.g. 'LUTDescriptor' and 'LUTData'. The number of
 * entries is unsigned whatever the VR, and 0 means 65536. Null if absent or damaged.
 */
export function readLut(attributes: Attributes, descriptor: string, data: string, input: InputRange): Lut | null {
  const [count, first, bits] = attributes.numbers(descriptor);
  const bytes = attributes.bytes(data);
  if (count === undefined || first === undefined || bits === undefined || !bytes) return null;
  const entries = count & 0xffff || MAX_ENTRIES;
  const words = lutWords(attributes, bytes, entries, bits);
  if (words.length === 0) return null;
  return { ...firstMappedOf(first, entries, input), bits: bits & 0xff, data: words };
}

/**
 * The first input value. Its 16 bits are signed where the table's input may be negative (PS3.3 C.11.2.1.1: for a VOI
 * table that is what comes out of the modality stage); the VR cannot say so in implicit syntaxes and is often wrong in
 * others. Only where the table would then lie beside all that it is for, the other reading counts.
 */
function firstMappedOf(
  given: number,
  entries: number,
  { low, high }: InputRange,
): Pick<Lut, 'firstMapped' | 'otherSign'> {
  const unsigned = given & 0xffff;
  const signed = unsigned < 0x8000 ? unsigned : unsigned - 0x10000;
  const covers = (first: number) => first <= high && first + entries > low;
  const [meant, other] = low < 0 ? [signed, unsigned] : [unsigned, signed];
  const otherSign = !covers(meant) && covers(other);
  return { firstMapped: otherSign ? other : meant, otherSign };
}

/** Tables of 8 bits may be packed two entries to a word; others have a word each. */
function lutWords(attributes: Attributes, bytes: Uint8Array, entries: number, bits: number): Uint16Array<ArrayBuffer> {
  const packed = bits <= 8 && bytes.byteLength < entries * 2;
  const count = Math.min(entries, packed ? bytes.byteLength : bytes.byteLength >> 1);
  if (packed) return Uint16Array.from(bytes.subarray(0, count));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: count }, (_, i) => view.getUint16(i * 2, attributes.reading.littleEndian));
}

/** Values through a table: below the first mapped value the first entry, above the last one the last. */
export function applyLut(values: PixelArray, { firstMapped, data }: Lut): Uint16Array<ArrayBuffer> {
  const last = data.length - 1;
  const result = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const index = values[i]! - firstMapped;
    result[i] = data[index < 0 ? 0 : index > last ? last : index]!;
  }
  return result;
}

/** What turns stored values into modality values (PS3.3 C.11.1): a table, or slope and intercept. */
export interface Modality {
  lut: Lut | null;
  slope: number;
  intercept: number;
  unit: string;
}

/** @param stored what stored values may be */
export function modalityOf(attributes: Attributes, groups: FunctionalGroups, stored: InputRange): Modality {
  const item = attributes.items('ModalityLUTSequence')[0];
  const lut = item ? readLut(item, 'LUTDescriptor', 'LUTData', stored) : null;
  if (item && lut) return { lut, slope: 1, intercept: 0, unit: item.string('ModalityLUTType') };
  const rescale = groups('PixelValueTransformationSequence') ?? attributes;
  const slope = rescale.number('RescaleSlope');
  const intercept = rescale.number('RescaleIntercept');
  return {
    lut: null,
    // A slope of zero would make every value the same: no file means it.
    slope: slope === null || slope === 0 ? 1 : slope,
    intercept: intercept ?? 0,
    unit: unitOf(attributes, rescale, intercept !== null),
  };
}

/** Hounsfield units are the default of CT (PS3.3 C.8.2.1.1.6), Units (0054,1001) those of PET. */
function unitOf(attributes: Attributes, rescale: Attributes, rescaled: boolean): string {
  const type = rescale.string('RescaleType');
  if (type) return type;
  const modality = attributes.string('Modality');
  if (modality === 'CT' && rescaled) return 'HU';
  return modality === 'PT' ? attributes.string('Units') : '';
}

/** What may come out of the modality stage, for stored values in `stored`. */
export function outputRange({ lut, slope, intercept }: Modality, stored: InputRange): InputRange {
  if (lut) return { low: 0, high: 2 ** lut.bits - 1 };
  const ends = [stored.low * slope + intercept, stored.high * slope + intercept];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

const FUNCTIONS = new Set<string>(['LINEAR', 'LINEAR_EXACT', 'SIGMOID']);

/**
 * Tables and windows of the VOI stage (PS3.3 C.11.2) in the order of preference: a table, which its writer made for
 * this very image, goes before windows. The frame's own (Frame VOI LUT) go before those of the file. A window that its
 * function does not allow is left out, with a warning.
 */
export function voiOf(
  attributes: Attributes,
  groups: FunctionalGroups,
  modality: InputRange,
): { voi: Voi[]; warnings: Warning[] } {
  const source = groups('FrameVOILUTSequence') ?? attributes;
  const { valid, invalid } = windows(source);
  // The first one says enough: a damaged file may hold thousands.
  const warnings: Warning[] = invalid
    .slice(0, 1)
    .map(({ center, width }) => warning('dicom.impossible-window', { center, width }));
  const tables = luts(source, modality);
  if (tables.some(({ otherSign }) => otherSign)) warnings.push(warning('dicom.table-sign'));
  const voi = tables.map(({ otherSign: _, ...table }): VoiLut => table);
  return { voi: [...voi, ...valid], warnings };
}

function luts(source: Attributes, modality: InputRange): (VoiLut & Lut)[] {
  return source.items('VOILUTSequence').flatMap((item) => {
    const lut = readLut(item, 'LUTDescriptor', 'LUTData', modality);
    return lut ? [{ kind: 'lut' as const, ...lut, explanation: item.string('LUTExplanation') }] : [];
  });
}

function windows(source: Attributes): { valid: VoiWindow[]; invalid: { center: number; width: number }[] } {
  const widths = source.numbers('WindowWidth');
  const explanations = source.strings('WindowCenterWidthExplanation');
  const given = source.string('VOILUTFunction');
  const voiFunction = FUNCTIONS.has(given) ? (given as VoiWindow['function']) : 'LINEAR';
  const all = source.numbers('WindowCenter').map((center, i) => ({
    kind: 'window' as const,
    function: voiFunction,
    center,
    width: widths[i] ?? NaN,
    explanation: explanations[i] ?? '',
  }));
  const isEmpty = ({ center, width }: VoiWindow): boolean => Number.isNaN(center) && Number.isNaN(width);
  return { valid: all.filter(isValidVoi), invalid: all.filter((window) => !isValidVoi(window) && !isEmpty(window)) };
}
