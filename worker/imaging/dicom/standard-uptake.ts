import type { Attributes } from './attributes.ts';

const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * What a modality value is multiplied with to give the SUV by body weight (g/ml) of a PET image: 1 g/ml of tissue taken for
 * 1 g, as in QIBA's FDG-PET profile. Null where the file does not say all that it takes: activity concentrations
 * corrected for decay and attenuation (PS3.3 C.8.9.1), injected dose with its time and half-life (C.8.9.2), and weight.
 */
export function standardUptakeOf(attributes: Attributes): number | null {
  if (attributes.string('Modality') !== 'PT') return null;
  const units = attributes.string('Units');
  if (units === 'GML') return ['', 'BW'].includes(attributes.string('SUVType')) ? 1 : null;
  const corrections = attributes.strings('CorrectedImage');
  if (units !== 'BQML' || !corrections.includes('ATTN') || !corrections.includes('DECY')) return null;
  const weight = attributes.number('PatientWeight');
  const injection = attributes.items('RadiopharmaceuticalInformationSequence')[0];
  const dose = injection?.number('RadionuclideTotalDose') ?? null;
  if (!injection || !weight || !dose || !(weight > 0) || !(dose > 0)) return null;
  const remaining = remainingOf(attributes, injection);
  return remaining === null ? null : (weight * 1000) / (dose * remaining);
}

/** The share of the injected dose that is left at the time to which the image was corrected. */
function remainingOf(attributes: Attributes, injection: Attributes): number | null {
  const correction = attributes.string('DecayCorrection');
  if (correction === 'ADMIN') return 1;
  const halfLife = injection.number('RadionuclideHalfLife');
  const scan = timeOf(attributes.string('SeriesDate'), attributes.string('SeriesTime'));
  const acquired = timeOf(attributes.string('AcquisitionDate'), attributes.string('AcquisitionTime'));
  if (correction !== 'START' || !halfLife || !(halfLife > 0) || scan === null || acquired === null) return null;
  // A series time later than the acquisition is that of a reconstruction: it does not tell when the scan began.
  if (scan > acquired) return null;
  const injected = injectionTime(injection, attributes.string('SeriesDate'), scan);
  if (injected === null || injected > scan) return null;
  return 2 ** -((scan - injected) / 1000 / halfLife);
}

/** With its date, or at its time of the day before the scan. */
function injectionTime(injection: Attributes, scanDate: string, scan: number): number | null {
  const dated = /^(\d{8})(\d{6}(?:\.\d+)?)/.exec(injection.string('RadiopharmaceuticalStartDateTime'));
  if (dated) return timeOf(dated[1]!, dated[2]!);
  const time = timeOf(scanDate, injection.string('RadiopharmaceuticalStartTime'));
  if (time === null) return null;
  return time > scan ? time - MILLISECONDS_PER_DAY : time;
}

/** Milliseconds of a DA and a TM value (PS3.5 6.2), for differences alone; null where they are none. */
function timeOf(date: string, time: string): number | null {
  const day = /^(\d{4})\.?(\d\d)\.?(\d\d)$/.exec(date);
  const clock = /^(\d\d):?(\d\d):?(\d\d)?(\.\d+)?/.exec(time);
  if (!day || !clock) return null;
  const [, year, month, ofMonth] = day.map(Number);
  const [, hours, minutes, seconds = 0] = clock.map((part) => Number(part || 0));
  const fraction = clock[4] ? Math.round(Number(clock[4]) * 1000) : 0;
  return Date.UTC(year!, month! - 1, ofMonth, hours, minutes, seconds) + fraction;
}
