/** Who must not be named. */
export interface Patient {
  /** As in a file (PN): 'Family^Given^Middle=...'. */
  patientName: string;
  patientId: string;
}

/** Shorter parts of names ('de', 'J') are in too many words. */
const SHORTEST_PART = 3;

/** 'Müller-Łukaszewicz' -> 'muller łukaszewicz': letters and digits alone, without case and accents. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Whether a text of a file carries a part of the patient's name, or the ID, however it is written. */
export function carriesIdentity(text: string, header: Patient): boolean {
  const joined = plain(text).replaceAll(' ', '');
  // Scripts without spaces between words have short names.
  const isLong = (part: string): boolean => part.length >= SHORTEST_PART || /[^\p{Script=Latin}\p{N}]/u.test(part);
  const parts = [...plain(header.patientName).split(' '), plain(header.patientId).replaceAll(' ', '')];
  return parts.some((part) => part !== '' && isLong(part) && joined.includes(part));
}
