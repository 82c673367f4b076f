import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as fontkit from 'fontkit';

export type Weight = 400 | 700;

/** A piece of text that one font can write. */
export interface Run {
  /** Names the font; `FontSet.bytes` gives it. */
  font: string;
  text: string;
}

/**
 * Fonts by preference, all under the SIL Open Font License. fontkit cannot make subsets of WOFF2, so the WOFF files are
 * used; each package splits its font into files by ranges of characters.
 */
const FAMILIES: readonly { package: string; weights: readonly Weight[] }[] = [
  { package: 'noto-sans', weights: [400, 700] }, // Latin, Greek, Cyrillic, Vietnamese, Devanagari
  // Its letters are whole glyphs. Where dots are glyphs of their own, readers of the PDF see the end of a word at each.
  { package: 'ibm-plex-sans-arabic', weights: [400, 700] },
  { package: 'noto-sans-hebrew', weights: [400, 700] },
  { package: 'noto-sans-thai', weights: [400, 700] },
  { package: 'kosugi', weights: [400] }, // Japanese
  { package: 'noto-sans-sc', weights: [400] }, // simplified Chinese
  { package: 'chocolate-classical-sans', weights: [400] }, // traditional Chinese
  { package: 'gowun-dodum', weights: [400] }, // Korean
];

/** A text with these characters is written with the first of these fonts that has all of them: no name in two hands. */
const HAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HAN_FAMILIES = ['kosugi', 'noto-sans-sc', 'chocolate-classical-sans'] as const;

/** Direction marks, joiners, variation selectors: seen by the shaper alone. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;
/** Written with the font of what is before them. */
const STAYS = /[\p{M} ]/u;

/** Stands for a character that no font has. */
export const MISSING = '□';

interface Part {
  family: string;
  file: string;
  ranges: [first: number, last: number][];
}

interface LoadedFont {
  bytes: Buffer;
  has(codePoint: number): boolean;
}

const require = createRequire(import.meta.url);

/** 'U+0000-00FF,U+0131' -> [[0, 255], [305, 305]] */
function parseRanges(text: string): Part['ranges'] {
  return text.split(',').map((range) => {
    const [first, last = first] = range.trim().slice(2).split('-');
    return [parseInt(first!, 16), parseInt(last!, 16)];
  });
}

function readParts(name: string, weight: Weight): Part[] {
  const index = require.resolve(`@fontsource/${name}/unicode.json`);
  const ranges = JSON.parse(readFileSync(index, 'utf8')) as Record<string, string>;
  return Object.entries(ranges).map(([part, text]) => ({
    family: name,
    // Numbered parts are called '[12]'.
    file: path.join(path.dirname(index), 'files', `${name}-${part.replace(/[[\]]/g, '')}-${weight}-normal.woff`),
    ranges: parseRanges(text),
  }));
}

/** They are the same for every report. */
const partsByWeight = new Map<Weight, Part[]>();
const loadedFonts = new Map<string, LoadedFont>();

/** Finds for every character a font that has it; reads a font when the first character needs it. */
export class FontSet {
  readonly #chosen = new Map<string, string | null>();
  /** How many characters were replaced by {@link MISSING}. */
  missing = 0;

  /** Splits a line of text (NFC) into runs, in the order given. */
  runs(text: string, weight: Weight): Run[] {
    const runs: Run[] = [];
    const family = this.#hanFamily(text, weight);
    for (const character of text) {
      const last = runs.at(-1);
      const codePoint = character.codePointAt(0)!;
      if (IGNORABLE.test(character)) {
        if (last && this.#load(last.font).has(codePoint)) last.text += character;
        continue;
      }
      const stays = last && STAYS.test(character) && this.#load(last.font).has(codePoint);
      const found = stays ? last.font : this.#fontOf(codePoint, weight, family);
      const font = found ?? this.#fontOf(MISSING.codePointAt(0)!, weight, null)!;
      if (!found) this.missing++;
      const written = found ? character : MISSING;
      if (last?.font === font) last.text += written;
      else runs.push({ font, text: written });
    }
    return runs;
  }

  bytes(font: string): Buffer {
    return this.#load(font).bytes;
  }

  /** The font that has all Han characters and kana of a text; null where it has none, or no font has all. */
  #hanFamily(text: string, weight: Weight): string | null {
    if (!HAN.test(text)) return null;
    const characters = [...text].filter((character) => HAN.test(character)).map((one) => one.codePointAt(0)!);
    const hasAll = (family: string): boolean =>
      characters.every((codePoint) => this.#fontOf(codePoint, weight, family) !== null);
    return HAN_FAMILIES.find(hasAll) ?? null;
  }

  /** @param family that Han characters are to be of; null: any */
  #fontOf(codePoint: number, weight: Weight, family: string | null): string | null {
    const only = family !== null && HAN.test(String.fromCodePoint(codePoint)) ? family : null;
    const key = `${codePoint} ${weight} ${only ?? ''}`;
    let found = this.#chosen.get(key);
    if (found === undefined) {
      found = this.#findFont(codePoint, weight, only);
      this.#chosen.set(key, found);
    }
    return found;
  }

  #findFont(codePoint: number, weight: Weight, family: string | null): string | null {
    for (const part of this.#partsOf(weight)) {
      if (family !== null && part.family !== family) continue;
      const inRange = part.ranges.some(([first, last]) => codePoint >= first && codePoint <= last);
      if (inRange && this.#load(part.file).has(codePoint)) return part.file;
    }
    return null;
  }

  #partsOf(weight: Weight): Part[] {
    let parts = partsByWeight.get(weight);
    if (!parts) {
      parts = FAMILIES.flatMap((family) => readParts(family.package, family.weights.includes(weight) ? weight : 400));
      partsByWeight.set(weight, parts);
    }
    return parts;
  }

  #load(file: string): LoadedFont {
    let font = loadedFonts.get(file);
    if (!font) {
      const bytes = readFileSync(file);
      const parsed = fontkit.create(bytes) as fontkit.Font;
      font = { bytes, has: (codePoint) => hasGlyph(parsed, codePoint) };
      loadedFonts.set(file, font);
    }
    return font;
  }
}

/** fontkit throws where a part of a font has no table of characters. */
function hasGlyph(font: fontkit.Font, codePoint: number): boolean {
  try {
    return font.hasGlyphForCodePoint(codePoint);
  } catch {
    return false;
  }
}
