import dicomParser from 'dicom-parser';
import { decodeText } from './charset.ts';
import { lookupTag, tagOf } from './dictionary.ts';
import { VALUE_REPRESENTATIONS } from './vr.ts';

/** What every element of a data set is read with; inherited by the items of sequences. */
export interface Reading {
  charset: readonly string[];
  littleEndian: boolean;
  /** Elements that are 'US or SS' are SS (Pixel Representation is 1). */
  signed: boolean;
}

/** A data set whose values are read when asked for, by keyword (DICOM PS3.6). Missing and damaged values are absent. */
export class Attributes {
  private readonly dataSet: dicomParser.DataSet;
  readonly reading: Reading;

  constructor(dataSet: dicomParser.DataSet, inherited: Reading) {
    this.dataSet = dataSet;
    this.reading = inherited;
    const charset = this.strings('SpecificCharacterSet');
    const signed = this.number('PixelRepresentation');
    this.reading = {
      ...inherited,
      charset: this.has('SpecificCharacterSet') ? charset : inherited.charset,
      signed: signed === null ? inherited.signed : signed === 1,
    };
  }

  /** Tags 'ggggeeee' that are here, ascending, delimiters left out. */
  tags(): string[] {
    return Object.keys(this.dataSet.elements)
      .map((key) => key.slice(1))
      .filter((tag) => !tag.startsWith('fffe'))
      .sort();
  }

  /** The element's VR: of the file, or of the dictionary where the file does not say (implicit, or UN). */
  vr(tag: string): string {
    const element = this.dataSet.elements[`x${tag}`];
    const given = element?.vr;
    if (given && given !== 'UN' && given in VALUE_REPRESENTATIONS) return given;
    const standard = tag.endsWith('0000')
      ? 'UL'
      : /^....00[1-9a-f].$/.test(tag) && isOdd(tag)
        ? 'LO'
        : lookupTag(tag)?.vr;
    if (standard === 'US|SS') return this.reading.signed ? 'SS' : 'US';
    if (standard === 'OB|OW' || standard === 'US|OW') return 'OW';
    if (!standard && (element?.items || this.startsWithItem(tag))) return 'SQ';
    return standard ?? 'UN';
  }

  has(keyword: string): boolean {
    return `x${tagOf(keyword)}` in this.dataSet.elements;
  }

  /** Raw bytes as they stand in the file; null if absent or cut off. */
  bytes(keyword: string): Uint8Array<ArrayBuffer> | null {
    return this.bytesOf(tagOf(keyword));
  }

  bytesOf(tag: string): Uint8Array<ArrayBuffer> | null {
    const element = this.dataSet.elements[`x${tag}`];
    if (!element) return null;
    const all = this.dataSet.byteArray as Uint8Array<ArrayBuffer>;
    const end = element.dataOffset + element.length;
    return end > all.byteLength ? null : all.subarray(element.dataOffset, end);
  }

  /** Values as text, trimmed as the VR wants; empty if absent. */
  strings(keyword: string): string[] {
    return this.stringsOf(tagOf(keyword));
  }

  stringsOf(tag: string): string[] {
    const bytes = this.bytesOf(tag);
    const representation = VALUE_REPRESENTATIONS[this.vr(tag)];
    if (!bytes?.byteLength || !representation) return [];
    const text = decodeText(bytes, representation.localized ? this.reading.charset : []);
    if (!representation.multiple) return [trimEnd(text)];
    return text.split('\\').map((value) => trimEnd(value).trimStart());
  }

  /** First value as text; '' if absent. */
  string(keyword: string): string {
    return this.strings(keyword)[0] ?? '';
  }

  /** Values as numbers; NaN for a value that is none; empty if absent. */
  numbers(keyword: string): number[] {
    return this.numbersOf(tagOf(keyword));
  }

  numbersOf(tag: string): number[] {
    const vr = this.vr(tag);
    const representation = VALUE_REPRESENTATIONS[vr];
    if (representation?.kind === 'number-text' || representation?.kind === 'text') {
      // A decimal comma is no DICOM, yet it is met.
      return this.stringsOf(tag).map((value) => (value === '' ? NaN : Number(value.replace(',', '.'))));
    }
    const bytes = this.bytesOf(tag);
    const reader = READERS[vr];
    if (!bytes || !reader || !representation) return [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Array<number>(Math.floor(bytes.byteLength / representation.size));
    for (let i = 0; i < values.length; i++) {
      values[i] = reader(view, i * representation.size, this.reading.littleEndian);
    }
    return values;
  }

  /** First value as a number; null if absent or none. */
  number(keyword: string): number | null {
    const value = this.numbers(keyword)[0];
    return value === undefined || !Number.isFinite(value) ? null : value;
  }

  /** Values of VR AT, as 'ggggeeee'. */
  tagsOf(tag: string): string[] {
    const bytes = this.bytesOf(tag);
    if (!bytes) return [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const word = (at: number) => view.getUint16(at, this.reading.littleEndian).toString(16).padStart(4, '0');
    return Array.from({ length: bytes.byteLength >> 2 }, (_, i) => word(i * 4) + word(i * 4 + 2));
  }

  /** Items of a sequence; empty if absent. */
  items(keyword: string): Attributes[] {
    return this.itemsOf(tagOf(keyword));
  }

  itemsOf(tag: string): Attributes[] {
    const element = this.dataSet.elements[`x${tag}`];
    if (!element) return [];
    const known = element.items !== undefined;
    const items = element.items ?? (this.vr(tag) === 'SQ' ? this.parseUnknown(element) : []);
    const reading = known ? this.reading : { ...this.reading, littleEndian: true };
    return items.flatMap((item) => (item.dataSet ? [new Attributes(item.dataSet, reading)] : []));
  }

  /** One item of a sequence that may have thousands; undefined if it is not there. */
  item(keyword: string, index: number): Attributes | undefined {
    const items = this.dataSet.elements[`x${tagOf(keyword)}`]?.items;
    if (!items) return this.items(keyword)[index];
    const dataSet = items[index]?.dataSet;
    return dataSet && new Attributes(dataSet, this.reading);
  }

  private startsWithItem(tag: string): boolean {
    const bytes = this.bytesOf(tag);
    return bytes !== null && bytes.byteLength >= 8 && ITEM_TAG.every((byte, i) => bytes[i] === byte);
  }

  /** A sequence that was written as UN is encoded in implicit little endian (PS3.5 6.2.2, note 2). */
  private parseUnknown(element: dicomParser.Element): dicomParser.Element[] {
    const copy: dicomParser.Element = { tag: element.tag, length: element.length, dataOffset: element.dataOffset };
    const end = element.dataOffset + element.length;
    const bytes = this.dataSet.byteArray.subarray(0, end);
    try {
      const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, bytes, element.dataOffset);
      dicomParser.readSequenceItemsImplicit(stream, copy, implicitVr);
      return copy.items ?? [];
    } catch {
      return [];
    }
  }
}

/** (fffe,e000) in little endian. */
const ITEM_TAG = [0xfe, 0xff, 0x00, 0xe0];

/** VR of an element in implicit syntaxes; undefined lets the parser look for items. */
export function implicitVr(tag: string): string {
  const vr = lookupTag(tag.slice(1))?.vr;
  // The parser only asks whether it is a sequence.
  return (vr === undefined || vr === 'UN' ? undefined : vr) as string;
}

const READERS: Readonly<Record<string, (view: DataView, at: number, littleEndian: boolean) => number>> = {
  US: (view, at, le) => view.getUint16(at, le),
  OW: (view, at, le) => view.getUint16(at, le),
  SS: (view, at, le) => view.getInt16(at, le),
  UL: (view, at, le) => view.getUint32(at, le),
  OL: (view, at, le) => view.getUint32(at, le),
  SL: (view, at, le) => view.getInt32(at, le),
  FL: (view, at, le) => view.getFloat32(at, le),
  OF: (view, at, le) => view.getFloat32(at, le),
  FD: (view, at, le) => view.getFloat64(at, le),
  OD: (view, at, le) => view.getFloat64(at, le),
  // Beyond 2^53 inexact: no size or offset that we accept is that large.
  UV: (view, at, le) => Number(view.getBigUint64(at, le)),
  OV: (view, at, le) => Number(view.getBigUint64(at, le)),
  SV: (view, at, le) => Number(view.getBigInt64(at, le)),
  OB: (view, at) => view.getUint8(at),
};

function isOdd(tag: string): boolean {
  return (Number.parseInt(tag[3] ?? '0', 16) & 1) === 1;
}

function trimEnd(text: string): string {
  // Values are padded with a space, or NUL in UIDs (and, wrongly, elsewhere).
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 0 || text.charCodeAt(end - 1) === 0x20)) end--;
  return text.slice(0, end);
}
