/**
 * Text of a stranger (names in files, keys, types), fit to stand in a message: on one line, without control characters,
 * and never longer than a message may be.
 */
export function quote(text: string, limit = 80): string {
  const start = text.slice(0, limit).replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '?');
  return text.length > limit ? `${start}…` : start;
}
