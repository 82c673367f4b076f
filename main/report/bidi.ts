/** The order in which a line is written: Unicode's bidirectional algorithm (UAX #9). */
import bidiFactory from 'bidi-js';

const bidi = bidiFactory();

/** A stretch of one direction. */
export interface DirectedRun {
  /** In the order of reading. */
  text: string;
  rightToLeft: boolean;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1eeff}]/u;

/** Whether a text has characters of a script that is written from right to left. */
export const hasRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text);

/** Stretches of a line from its left end to its right one; brackets of those from right to left are mirrored. */
export function visualRuns(line: string): DirectedRun[] {
  if (!hasRightToLeft(line)) return line === '' ? [] : [{ text: line, rightToLeft: false }];
  const { levels } = bidi.getEmbeddingLevels(line, 'auto');
  const runs: { text: string; level: number }[] = [];
  for (let i = 0; i < line.length; i++) {
    const last = runs.at(-1);
    if (last && last.level === levels[i]) last.text += line[i]!;
    else runs.push({ text: line[i]!, level: levels[i]! });
  }
  // Rule L2: from the highest level down to the lowest odd one, whatever is at that level or above is reversed.
  const highest = Math.max(...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level--) {
    for (let start = 0; start < runs.length; start++) {
      let end = start;
      while (end < runs.length && runs[end]!.level >= level) end++;
      if (end > start) runs.splice(start, end - start, ...runs.slice(start, end).reverse());
      start = end;
    }
  }
  return runs.map(({ text, level }) =>
    level % 2 === 1 ? { text: mirrored(text), rightToLeft: true } : { text, rightToLeft: false },
  );
}

/** Rule L4. */
const mirrored = (text: string): string =>
  Array.from(text, (character) => bidi.getMirroredCharacter(character) ?? character).join('');
