/** What a file says of a patient, in words. */
import type { PatientAge } from '../imaging/patient-age.ts';
import type { Texts } from './texts.ts';

/** '5 years', '18 months', '9 days', with its source where the file does not state it. */
export function patientAge({ years, source }: PatientAge, texts: Texts): string {
  // What a fraction such as 18 / 12 lost in rounding is no day.
  const completed = (perYear: number): number => Math.floor(years * perYear + 1e-9);
  const words =
    years >= 2
      ? texts.t('terms:age/years', { count: completed(1) })
      : years >= 1 / 12
        ? texts.t('terms:age/months', { count: completed(12) })
        : texts.t('terms:age/days', { count: completed(365.25) });
  return source === 'stated' ? words : texts.t('terms:age/from-dates', { age: words });
}

/** Patient's Sex (0010,0040): 'male'; empty where the file says nothing that is known. */
export function patientSex(code: string, texts: Texts): string {
  return code === 'M' || code === 'F' || code === 'O' ? texts.t(`terms:sex/${code}`) : '';
}
