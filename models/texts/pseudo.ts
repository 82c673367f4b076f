import type { Catalogue } from './keys.ts';

const ACCENTED: Readonly<Record<string, string>> = {
  ...{ a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', y: 'ý', c: 'ç', n: 'ñ', s: 'š', z: 'ž' },
  ...{ A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú', Y: 'Ý', C: 'Ç', N: 'Ñ', S: 'Š', Z: 'Ž' },
};

/** What begins and ends each text of the pseudo-locale. */
export const PSEUDO_BRACKETS = ['⟦', '⟧'] as const;

/** A sentence with accents and brackets, as long as a German one; what is filled in stays. */
export function pseudo(sentence: string): string {
  const accented = sentence
    .split(/(\{\{.*?\}\})/)
    .map((part) => (part.startsWith('{{') ? part : part.replaceAll(/[a-z]/gi, (letter) => ACCENTED[letter] ?? letter)))
    .join('');
  const [open, close] = PSEUDO_BRACKETS;
  return `${open}${accented}${'~'.repeat(Math.ceil(sentence.length / 5))}${close}`;
}

/** A catalogue of the pseudo-locale: shows which text does not come from a catalogue, and what has no room for longer words. */
export function pseudoLocale<C extends Readonly<Record<string, Catalogue>>>(catalogues: C): C {
  return Object.fromEntries(
    Object.entries(catalogues).map(([subject, sentences]) => [
      subject,
      Object.fromEntries(Object.entries(sentences).map(([key, sentence]) => [key, pseudo(sentence)])),
    ]),
  ) as unknown as C;
}
