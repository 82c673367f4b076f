/** Where a line of text may end. */

/** Between these a line may break without a space: Chinese, Japanese, Korean. */
const BREAKABLE = /[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]/;
/** Scripts without spaces between words, whose words a dictionary knows: Thai, Lao, Khmer, Myanmar. */
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const words = new Intl.Segmenter('th', { granularity: 'word' });

/** What a reader takes for single characters: a letter with its marks. */
export const charactersOf = (text: string): string[] => Array.from(graphemes.segment(text), ({ segment }) => segment);

/** 'some words、かな' -> the smallest pieces that stay together, spaces kept at their ends. */
export function pieces(text: string): string[] {
  const result: string[] = [];
  for (const word of text.match(/\S+\s*|\s+/g) ?? []) {
    if (UNSPACED.test(word)) {
      result.push(...Array.from(words.segment(word), ({ segment }) => segment));
      continue;
    }
    let piece = '';
    for (const character of word) {
      if (piece !== '' && (BREAKABLE.test(character) || BREAKABLE.test(piece.at(-1)!))) {
        result.push(piece);
        piece = '';
      }
      piece += character;
    }
    result.push(piece);
  }
  return result;
}
