import type { DicomElement } from '../../protocol.ts';
import type { Attributes } from './attributes.ts';
import { isPrivateTag, lookupTag } from './dictionary.ts';
import type { Dicom } from './parse.ts';
import { VALUE_REPRESENTATIONS } from './vr.ts';

/** Characters of a value that the tag browser shows. */
const MAX_TEXT = 1024;
/** Numbers of a value that are shown; more are counted. */
const MAX_NUMBERS = 64;
/** Sequences deeper than this are counted only: no standard object nests so deep. */
const MAX_DEPTH = 32;
const PIXEL_GROUP = '7fe0';

/** Every element up to the pixel data, meta header first, as the tag browser shows it. */
export function dicomElements(dicom: Dicom): DicomElement[] {
  const elements = [...list(dicom.meta, 0), ...list(dicom.attributes, 0)];
  return elements.map((element) => (isPixels(dicom, element.tag) ? { ...element, value: pixelText(dicom) } : element));
}

/** DICOM keyword -> value, for `hifuse inspect`: text, numbers, arrays of them, and items of sequences. */
export function dicomKeywords(dicom: Dicom): Record<string, unknown> {
  return { ...keywords(dicom.meta, 0), ...keywords(dicom.attributes, 0) };
}

function list(attributes: Attributes, depth: number): DicomElement[] {
  return attributes.tags().map((tag) => {
    const vr = attributes.vr(tag);
    const element = { tag, vr, keyword: keywordOf(attributes, tag) };
    if (VALUE_REPRESENTATIONS[vr]?.kind !== 'sequence') return { ...element, value: valueText(attributes, tag, vr) };
    const items = attributes.itemsOf(tag);
    const value = `${items.length} item${items.length === 1 ? '' : 's'}`;
    return depth >= MAX_DEPTH
      ? { ...element, value }
      : { ...element, value, items: items.map((item) => list(item, depth + 1)) };
  });
}

/** The standard's keyword; for private elements who made them (PS3.5 7.8.1), as that is all there is. */
function keywordOf(attributes: Attributes, tag: string): string {
  if (tag.endsWith('0000')) return 'GroupLength';
  if (!isPrivateTag(tag)) return lookupTag(tag)?.keyword ?? '';
  const block = tag.slice(4, 6);
  if (block === '00') return 'PrivateCreator';
  const [creator] = attributes.stringsOf(`${tag.slice(0, 4)}00${block}`);
  return creator ? `Private (${creator})` : 'Private';
}

function valueText(attributes: Attributes, tag: string, vr: string): string {
  const kind = VALUE_REPRESENTATIONS[vr]?.kind;
  const bytes = attributes.bytesOf(tag);
  if (!bytes) return '(cut off)';
  if (kind === 'text' || kind === 'number-text') return shorten(attributes.stringsOf(tag).join('\\'));
  if (kind === 'tag') return attributes.tagsOf(tag).join('\\');
  if (kind === 'number') {
    const values = attributes.numbersOf(tag);
    const shown = values.slice(0, MAX_NUMBERS).map(String).join('\\');
    return values.length > MAX_NUMBERS ? `${shown}\\... (${values.length} values)` : shown;
  }
  return `${bytes.byteLength} bytes`;
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}... (${text.length} characters)` : text;
}

function isPixels({ pixels }: Dicom, tag: string): boolean {
  return pixels !== null && tag.startsWith(PIXEL_GROUP) && lookupTag(tag)?.keyword === pixels.keyword;
}

function pixelText({ pixels, syntax }: Dicom): string {
  return pixels?.length == null ? `compressed (${syntax.name})` : `${pixels.length} bytes`;
}

function keywords(attributes: Attributes, depth: number): Record<string, unknown> {
  const entries = attributes.tags().flatMap((tag): [string, unknown][] => {
    const keyword = lookupTag(tag)?.keyword;
    if (!keyword || isPrivateTag(tag) || tag.endsWith('0000')) return [];
    const value = jsonValue(attributes, tag, depth);
    return value === undefined ? [] : [[keyword, value]];
  });
  return Object.fromEntries(entries);
}

/** Undefined for binary values. Empty text is '', a single value stands alone. */
function jsonValue(attributes: Attributes, tag: string, depth: number): unknown {
  const vr = attributes.vr(tag);
  const kind = VALUE_REPRESENTATIONS[vr]?.kind;
  if (kind === 'sequence') {
    return depth >= MAX_DEPTH ? undefined : attributes.itemsOf(tag).map((item) => keywords(item, depth + 1));
  }
  if (kind === 'bytes' || kind === undefined) return undefined;
  if (kind === 'tag') return alone(attributes.tagsOf(tag), '');
  // Binary numbers have no text; what is no number is null there.
  const strings = kind === 'number' ? [] : attributes.stringsOf(tag);
  if (kind === 'text') return alone(strings, '');
  const numbers = attributes.numbersOf(tag);
  // A decimal string that is no number is shown as it stands.
  return alone(
    numbers.map((value, i) => (Number.isFinite(value) ? value : (strings[i] ?? null))),
    '',
  );
}

function alone<T>(values: readonly T[], empty: string): T | string | readonly T[] {
  return values.length === 0 ? empty : values.length === 1 ? values[0]! : values;
}
