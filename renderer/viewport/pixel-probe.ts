import type { Frame } from '../../models/imaging/frame.ts';
import type { Texts } from '../../models/texts/texts.ts';

/** What stands under the cursor, in words: position and value, in modality units where the file names them. */
export function probe(frame: Frame, x: number, y: number, texts: Texts): string | null {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return null;
  const at = row * frame.columns + column;
  const where = `x ${column}  y ${row}`;
  if (frame.colour === 'rgb') {
    const [red, green, blue] = [frame.pixels[at * 3], frame.pixels[at * 3 + 1], frame.pixels[at * 3 + 2]];
    return `${where}  RGB ${red} ${green} ${blue}`;
  }
  const stored = frame.pixels[at]!;
  if (frame.padding && stored >= frame.padding.low && stored <= frame.padding.high)
    return `${where}  ${texts.t('window:corner.padding')}`;
  const value = stored * frame.rescale.slope + frame.rescale.intercept;
  return `${where}  ${texts.number(value, 2)}${frame.unit ? ` ${frame.unit}` : ''}`;
}
