/** How old a patient was when a study was made, by whatever the file tells. */

export interface PatientAge {
  /** Completed years, with the fraction of the year that has begun. */
  years: number;
  /** The file states the age (Patient's Age, 0010,1010), or it follows from the dates of birth and study. */
  source: 'stated' | 'from birth date and study date';
}

/** Nobody has grown older: what does is a placeholder of de-identification or a slip. */
const OLDEST = 123;

/**
 * The age that a file states, else the one that its dates give; null where it tells neither, or nothing possible.
 *
 * @param stated Patient's Age (AS), e.g. '005Y'
 * @param birthDate Patient's Birth Date (DA), 'YYYYMMDD' or, of old files, 'YYYY.MM.DD'
 * @param studyDate Study Date (DA)
 */
export function patientAgeOf(stated: string, birthDate: string, studyDate: string): PatientAge | null {
  const statedYears = ageInYears(stated);
  if (statedYears !== null) return { years: statedYears, source: 'stated' };
  const [born, studied] = [utcDate(birthDate), utcDate(studyDate)];
  if (born === null || studied === null) return null;
  const years = yearsBetween(born, studied);
  return years >= 0 && years < OLDEST ? { years, source: 'from birth date and study date' } : null;
}

/** Units of DICOM ages (AS), in years. */
const AGE_UNITS: Readonly<Record<string, number>> = { D: 1 / 365.25, W: 7 / 365.25, M: 1 / 12, Y: 1 };

/** DICOM age (AS, PS3.5 6.2), e.g. '018M'; null for what is none. Leading zeros are often left out. */
function ageInYears(text: string): number | null {
  const [, digits, unit = ''] = /^(\d{1,3})([DWMY])$/.exec(text.trim()) ?? [];
  const years = AGE_UNITS[unit];
  return years === undefined ? null : Number(digits) * years;
}

/** A date of the calendar; null for what is none. */
function utcDate(text: string): Date | null {
  const [, year, month, day] = /^(\d{4})(?:\.?)(\d{2})(?:\.?)(\d{2})$/.exec(text.trim()) ?? [];
  if (year === undefined) return null;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // JavaScript takes 30 February for 1 March.
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) ? date : null;
}

/** Exact at birthdays: someone born on 29 February has it on 1 March of other years. */
function yearsBetween(from: Date, to: Date): number {
  const birthday = (year: number): number => Date.UTC(year, from.getUTCMonth(), from.getUTCDate());
  const year = to.getUTCFullYear();
  const last = birthday(year) <= to.getTime() ? year : year - 1;
  const fraction = (to.getTime() - birthday(last)) / (birthday(last + 1) - birthday(last));
  return last - from.getUTCFullYear() + fraction;
}
