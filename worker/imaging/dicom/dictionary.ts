import { DICTIONARY } from './dictionary-data.ts';

/** What the standard says of an element (DICOM PS3.6). */
export interface DictionaryEntry {
  /** 'ggggeeee', lower case. */
  tag: string;
  /** 'US|SS' and 'OB|OW' where it depends on the pixel representation or the transfer syntax. */
  vr: string;
  keyword: string;
}

const byTag = new Map<string, DictionaryEntry>();
const byKeyword = new Map<string, DictionaryEntry>();

for (const line of DICTIONARY.trim().split('\n')) {
  const [tag = '', vr = '', keyword = ''] = line.split(' ');
  const entry = { tag, vr, keyword };
  byTag.set(tag, entry);
  // A retired element and its successor may share the keyword: the one in use is the later.
  byKeyword.set(keyword, entry);
}

/** Groups 5000-501e (curves) and 6000-601e (overlays) repeat the first one. */
const REPEATING_GROUP = /^(50|60)[01][02468ace]/;

/** Finds an element by its tag 'ggggeeee' (lower case). */
export function lookupTag(tag: string): DictionaryEntry | undefined {
  return byTag.get(tag) ?? byTag.get(tag.replace(REPEATING_GROUP, '$100'));
}

/** Tag 'ggggeeee' of a standard keyword. */
export function tagOf(keyword: string): string {
  const entry = byKeyword.get(keyword);
  if (!entry) throw new RangeError(`${keyword} is no DICOM keyword.`);
  return entry.tag;
}

/** True for elements of odd groups, whose meaning only their maker knows (PS3.5 7.8). */
export function isPrivateTag(tag: string): boolean {
  return (Number.parseInt(tag.slice(0, 4), 16) & 1) === 1;
}
