/** What a piece of a glob stands for; everything else stands for itself. */
const PIECES: Readonly<Record<string, string>> = { '**/': '(?:[^/]+/)*', '**': '.*', '*': '[^/]*', '?': '[^/]' };

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** One glob as an expression. Without a '/' it is of the file's own name, in whichever folder. Case does not count. */
function expressionOf(glob: string): RegExp {
  const pattern = glob.includes('/') ? glob.replace(/^\//, '') : `**/${glob}`;
  const pieces = pattern.match(/\*\*\/|\*\*|\*|\?|[^*?]+/g) ?? [];
  return new RegExp(`^${pieces.map((piece) => PIECES[piece] ?? literal(piece)).join('')}$`, 'iu');
}

/** Which relative paths ('/' between parts) are wanted: those of `include` (of all where it is empty) but for `exclude`. */
export function fileFilter(include: readonly string[], exclude: readonly string[]): (file: string) => boolean {
  const [wanted, unwanted] = [include.map(expressionOf), exclude.map(expressionOf)];
  return (file) =>
    (wanted.length === 0 || wanted.some((one) => one.test(file))) && !unwanted.some((one) => one.test(file));
}
