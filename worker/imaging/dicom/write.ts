import { lookupTag, tagOf } from './dictionary.ts';
import { VALUE_REPRESENTATIONS, type ValueRepresentation } from './vr.ts';

/** Compressed pixel data: one fragment or more per frame, and the offset of each frame's first (PS3.5 A.4). */
export interface Encapsulated {
  fragments: readonly Uint8Array[];
  /** Basic offset table; empty or absent: an empty table. */
  offsets?: readonly number[];
}

export type ElementValue =
  | string
  | number
  | bigint
  | readonly (string | number | bigint)[]
  | ArrayBufferView<ArrayBuffer>
  | readonly DataSetValues[]
  | Encapsulated;

/**
 * A data set to write: keyword, 'ggggeeee', or either with '/VR' (where the standard leaves a choice or the element is
 * private) -> value; undefined leaves the element out. Numbers may stand for DS and IS; sequences are arrays of data sets; text is written as UTF-8.
 */
// An interface, since a Record cannot refer to itself.
// eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style
export interface DataSetValues {
  readonly [name: string]: ElementValue | undefined;
}

/** Which VR to write where the standard leaves a choice. */
const PREFERRED: Readonly<Record<string, string>> = { 'US|SS': 'US', 'OB|OW': 'OW', 'US|OW': 'OW' };

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const PREAMBLE = 128;
const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 0xfffee000;
const SEQUENCE_DELIMITER = 0xfffee0dd;

/**
 * Encodes a DICOM file (PS3.10) in explicit VR little endian; pixel data given as {@link Encapsulated} is wrapped in
 * fragments, and then `transferSyntax` must say how it was compressed. Elements are sorted by tag.
 */
export function encodeDicom(values: DataSetValues, transferSyntax = EXPLICIT_LITTLE_ENDIAN): Uint8Array<ArrayBuffer> {
  const meta = encodeDataSet({
    FileMetaInformationVersion: new Uint8Array([0, 1]),
    MediaStorageSOPClassUID: values.SOPClassUID ?? '',
    MediaStorageSOPInstanceUID: values.SOPInstanceUID ?? '',
    TransferSyntaxUID: transferSyntax,
    ImplementationClassUID: '2.25.89612744157236215308174620583497210643',
  });
  const groupLength = encodeDataSet({ FileMetaInformationGroupLength: meta.byteLength });
  const magic = new Uint8Array(PREAMBLE + 4);
  magic.set(new TextEncoder().encode('DICM'), PREAMBLE);
  return concatenate([magic, groupLength, meta, encodeDataSet(values)]);
}

/** Encodes elements alone, without preamble and meta header. */
export function encodeDataSet(values: DataSetValues): Uint8Array<ArrayBuffer> {
  const elements = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ ...resolve(name), value }],
  );
  elements.sort((a, b) => a.tag - b.tag);
  return concatenate(elements.flatMap(({ tag, vr, value }) => encodeElement(tag, vr, value)));
}

function resolve(name: string): { tag: number; vr: string } {
  const [label = '', given] = name.split('/');
  const tag = /^[0-9a-f]{8}$/.test(label) ? label : tagOf(label);
  const standard = lookupTag(tag)?.vr ?? 'UN';
  return { tag: Number.parseInt(tag, 16), vr: given ?? PREFERRED[standard] ?? standard };
}

function encodeElement(tag: number, vr: string, value: ElementValue): Uint8Array<ArrayBuffer>[] {
  const representation = VALUE_REPRESENTATIONS[vr];
  if (!representation) throw new RangeError(`${vr} is no value representation.`);
  if (isEncapsulated(value)) return encodeFragments(tag, value);
  const data = encodeValue(representation, vr, value);
  return [elementHeader(tag, vr, representation, data.byteLength), data];
}

function isEncapsulated(value: ElementValue): value is Encapsulated {
  return typeof value === 'object' && 'fragments' in value;
}

function elementHeader(tag: number, vr: string, { longLength }: ValueRepresentation, length: number) {
  const header = new DataView(new ArrayBuffer(longLength ? 12 : 8));
  header.setUint16(0, tag >>> 16, true);
  header.setUint16(2, tag & 0xffff, true);
  header.setUint8(4, vr.charCodeAt(0));
  header.setUint8(5, vr.charCodeAt(1));
  if (longLength) header.setUint32(8, length, true);
  else if (length > 0xffff) throw new RangeError(`A value of ${vr} may not be longer than 65534 bytes.`);
  else header.setUint16(6, length, true);
  return new Uint8Array(header.buffer);
}

function itemHeader(tag: number, length: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(8));
  header.setUint16(0, tag >>> 16, true);
  header.setUint16(2, tag & 0xffff, true);
  header.setUint32(4, length, true);
  return new Uint8Array(header.buffer);
}

function encodeFragments(tag: number, { fragments, offsets = [] }: Encapsulated): Uint8Array<ArrayBuffer>[] {
  const table = Uint32Array.from(offsets);
  return [
    elementHeader(tag, 'OB', VALUE_REPRESENTATIONS.OB!, UNDEFINED_LENGTH),
    itemHeader(ITEM, table.byteLength),
    new Uint8Array(table.buffer),
    ...fragments.flatMap((fragment) => {
      const data = padded(fragment, 0);
      return [itemHeader(ITEM, data.byteLength), data];
    }),
    itemHeader(SEQUENCE_DELIMITER, 0),
  ];
}

function encodeValue(representation: ValueRepresentation, vr: string, value: ElementValue): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    return padded(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), representation.pad);
  }
  const values = (Array.isArray(value) ? value : [value]) as readonly unknown[];
  switch (representation.kind) {
    case 'sequence':
      return concatenate(
        (values as readonly DataSetValues[]).flatMap((item) => {
          const data = encodeDataSet(item);
          return [itemHeader(ITEM, data.byteLength), data];
        }),
      );
    case 'number':
    case 'bytes':
      return encodeNumbers(vr, representation.size, values as readonly (number | bigint)[]);
    case 'tag':
      return concatenate(
        values.map((tag) => {
          const words = Uint16Array.of(
            Number.parseInt(String(tag).slice(0, 4), 16),
            Number.parseInt(String(tag).slice(4), 16),
          );
          return new Uint8Array(words.buffer);
        }),
      );
    default:
      return padded(new TextEncoder().encode(values.map(String).join('\\')), representation.pad);
  }
}

function encodeNumbers(vr: string, size: number, values: readonly (number | bigint)[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, index) => {
    const at = index * size;
    if (vr === 'FL') view.setFloat32(at, Number(value), true);
    else if (vr === 'FD') view.setFloat64(at, Number(value), true);
    else if (size === 8) view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
    else if (size === 4) view.setInt32(at, Number(value), true);
    else view.setInt16(at, Number(value), true);
  });
  return new Uint8Array(view.buffer);
}

function padded(bytes: Uint8Array, pad: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.byteLength + (bytes.byteLength & 1)).fill(pad);
  result.set(bytes);
  return result;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.byteLength;
  }
  return result;
}
