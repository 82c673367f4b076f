/** What a sentence is filled with. No patient data. */
export type Details = Readonly<Record<string, string | number | boolean>>;

/** Longest text of others (file names, tensor names, messages of libraries) that travels with an error or warning. */
const LONGEST = 500;
/** The first part of a name says what it belongs to, the last one what it is; what lies between can go. */
const KEPT_AT_END = 100;

/** Control and formatting characters: they steer terminals, or show text in another order than it has. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

/** Text of others made fit for one line of any sentence: visible characters alone, at most 500. */
export function shortened(text: string): string {
  // Cut before the replacing, so that a text of megabytes costs nothing.
  const visible = (part: string): string => part.replaceAll(INVISIBLE, ' ');
  if (text.length <= LONGEST) return visible(text);
  return `${visible(text.slice(0, LONGEST - KEPT_AT_END - 1))}…${visible(text.slice(-KEPT_AT_END))}`;
}

/** The same with every text {@link shortened}. */
export function bounded(details: Details): Details {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? shortened(value) : value]),
  );
}
