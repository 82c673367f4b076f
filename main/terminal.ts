/**
 * What acts on a terminal instead of being shown by it: control characters (C0, DEL, C1, among them escape sequences and
 * line breaks), and marks that reorder the text around them.
 */
const ACTING = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * One line for a terminal. File names, data sets, checkpoints and packages come from strangers: what acts on a terminal
 * is written as an escape ('\u001b'), so that it can neither steer the terminal nor forge a line.
 */
export const forTerminal = (line: string): string => line.replace(ACTING, escape);

/** JSON that is harmless on a terminal, too; JSON.stringify alone leaves DEL, C1 and reordering marks as they are. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(ACTING, (character) =>
    character === '\n' ? character : escape(character),
  );
