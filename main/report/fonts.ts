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
 * used; each package splits its font into files by ranges of characters. Chinese is written with the Japanese font,
 * which lacks many simplified characters; Arabic, Hebrew and Thai are missing.
 */
const FAMILIES: readonly { package: string; weights: readonly Weight[] }[] = [
  { package: 'noto-sans', weights: [400, 700] }, // Latin, Greek, Cyrillic, Vietnamese, Devanagari
  { package: 'kosugi', weights: [400] }, // Japanese
  { package: 'gowun-dodum', weights: [400] }, // Korean
];

/** Stands for a character that no font has. */
export const MISSING = '□';

interface Part {
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
    // Numbered parts are called '[12]'.
    file: path.join(path.dirname(index), 'files', `${name}-${part.replace(/[[\]]/g, '')}-${weight}-normal.woff`),
    ranges: parseRanges(text),
  }));
}

/** Finds for every character a font that has it; reads a font when the first character needs it. */
export class FontSet {
  readonly #parts = new Map<Weight, Part[]>();
  readonly #fonts = new Map<string, LoadedFont>();
  /** How many characters were replaced by {@link MISSING}. */
  missing = 0;

  /** Splits a line of text into runs. */
  runs(text: string, weight: Weight): Run[] {
    const runs: Run[] = [];
    for (const character of text.normalize('NFC')) {
      const last = runs.at(-1);
      const codePoint = character.codePointAt(0)!;
      // A space stays with what is before it; everything else takes the most preferred font.
      const stays = last && character === ' ' && this.#load(last.font).has(codePoint);
      const found = stays ? last.font : this.#fontOf(codePoint, weight);
      const font = found ?? this.#fontOf(MISSING.codePointAt(0)!, weight)!;
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

  #fontOf(codePoint: number, weight: Weight): string | null {
    for (const part of this.#partsOf(weight)) {
      const inRange = part.ranges.some(([first, last]) => codePoint >= first && codePoint <= last);
      if (inRange && this.#load(part.file).has(codePoint)) return part.file;
    }
    return null;
  }

  #partsOf(weight: Weight): Part[] {
    let parts = this.#parts.get(weight);
    if (!parts) {
      parts = FAMILIES.flatMap((family) => readParts(family.package, family.weights.includes(weight) ? weight : 400));
      this.#parts.set(weight, parts);
    }
    return parts;
  }

  #load(file: string): LoadedFont {
    let font = this.#fonts.get(file);
    if (!font) {
      const bytes = readFileSync(file);
      const parsed = fontkit.create(bytes) as fontkit.Font;
      font = { bytes, has: (codePoint) => parsed.hasGlyphForCodePoint(codePoint) };
      this.#fonts.set(file, font);
    }
    return font;
  }
}
