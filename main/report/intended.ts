import type { Manifest } from '../../models/package/manifest.ts';
import { ageInYears, ageRange, dicomAge } from '../../models/words.ts';
import type { ImageHeader } from '../../worker/protocol.ts';

type Fields = Pick<ImageHeader, 'modality' | 'bodyPart' | 'viewPosition' | 'patientAge'>;

interface Check {
  what: string;
  /** What the file says, for people; empty if nothing. */
  given(fields: Fields): string;
  /** What the model is meant for, for people; empty if its package does not say. */
  meant(intended: Manifest['intended']): string;
  fits(intended: Manifest['intended'], fields: Fields): boolean;
}

const includes = (allowed: readonly string[], value: string): boolean =>
  allowed.some((one) => one.toUpperCase() === value.trim().toUpperCase());

const CHECKS: readonly Check[] = [
  {
    what: 'modality',
    given: (fields) => fields.modality,
    meant: ({ modalities }) => modalities.join(' or '),
    fits: ({ modalities }, { modality }) => includes(modalities, modality),
  },
  {
    what: 'body part',
    given: (fields) => fields.bodyPart,
    meant: ({ bodyParts }) => bodyParts.join(' or '),
    fits: ({ bodyParts }, { bodyPart }) => includes(bodyParts, bodyPart),
  },
  {
    what: 'view',
    given: (fields) => fields.viewPosition,
    meant: ({ views }) => views.join(' or '),
    fits: ({ views }, { viewPosition }) => includes(views, viewPosition),
  },
  {
    what: 'age',
    given: ({ patientAge }) => (ageInYears(patientAge) === null ? '' : dicomAge(patientAge)),
    meant: ({ ageYears }) => (ageYears ? ageRange(ageYears) : ''),
    fits: ({ ageYears }, { patientAge }) => {
      const age = ageInYears(patientAge) ?? NaN;
      // Someone is five until the sixth birthday.
      return age >= (ageYears?.minimum ?? 0) && age < (ageYears?.maximum ?? Infinity) + 1;
    },
  },
];

/** Where an image is not what the model is meant for, or the file does not say; sentences for the reader. */
export function intendedUseCautions(intended: Manifest['intended'], fields: Fields): string[] {
  const relevant = CHECKS.filter((check) => check.meant(intended) !== '');
  const outside = relevant
    .filter((check) => check.given(fields) !== '' && !check.fits(intended, fields))
    .map(
      (check) =>
        `Outside of what the model is meant for: ${check.what} ${check.given(fields)}, not ${check.meant(intended)}.`,
    );
  const unknown = relevant.filter((check) => check.given(fields) === '').map((check) => check.what);
  if (unknown.length === 0) return outside;
  return [
    ...outside,
    `The file does not give ${unknown.join(', ')}: whether the model is meant for it was not checked.`,
  ];
}
