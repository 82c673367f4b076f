/** Whether an image is of the kind that a model is meant for. Compares what the file itself says; guesses nothing. */
import { describeAge, type PatientAge } from './imaging/patient-age.ts';
import { warning, type Warning } from './warnings.ts';
import type { Manifest } from './package/manifest.ts';
import { ageRange } from './words.ts';

/** What a file says of its image; empty where it says nothing (PS3.3 C.7.3.1, C.7.2.2, C.8.7.1 and the like). */
export interface ImageKind {
  modality: string;
  bodyPart: string;
  viewPosition: string;
  age: PatientAge | null;
}

export interface UseMismatch {
  what: string;
  /** What the file says, for people. */
  given: string;
  /** What the model is meant for, for people. */
  meant: string;
}

export interface IntendedUseCheck {
  mismatches: UseMismatch[];
  /** What the model's package asks for and the file does not say. */
  unknown: string[];
}

const normalise = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

/** Body parts that files name in several ways (PS3.16 Annex L and common free text). */
const SAME_BODY_PART: Readonly<Record<string, string>> = { THORAX: 'CHEST', LUNG: 'CHEST', LUNGS: 'CHEST' };
const bodyPart = (text: string): string => SAME_BODY_PART[normalise(text)] ?? normalise(text);

const fits = (allowed: readonly string[], given: string, same: (text: string) => string = normalise): boolean =>
  allowed.some((one) => same(one) === same(given));

interface Check {
  what: string;
  given: (kind: ImageKind) => string;
  /** Empty if the package does not say. */
  meant: (intended: Manifest['intended']) => string;
  fits: (intended: Manifest['intended'], kind: ImageKind) => boolean;
}

const CHECKS: readonly Check[] = [
  {
    what: 'modality',
    given: ({ modality }) => modality,
    meant: ({ modalities }) => modalities.join(' or '),
    fits: ({ modalities }, { modality }) => fits(modalities, modality),
  },
  {
    what: 'body part',
    given: (kind) => kind.bodyPart,
    meant: ({ bodyParts }) => bodyParts.join(' or '),
    fits: ({ bodyParts }, kind) => fits(bodyParts, kind.bodyPart, bodyPart),
  },
  {
    what: 'view',
    given: ({ viewPosition }) => viewPosition,
    meant: ({ views }) => views.join(' or '),
    fits: ({ views }, { viewPosition }) => fits(views, viewPosition),
  },
  {
    what: 'age',
    given: ({ age }) => (age ? describeAge(age) : ''),
    meant: ({ ageYears }) => (ageYears ? ageRange(ageYears) : ''),
    fits: ({ ageYears }, { age }) => {
      const years = age?.years ?? NaN;
      // Someone is five until the sixth birthday.
      return years >= (ageYears?.minimum ?? 0) && years < (ageYears?.maximum ?? Infinity) + 1;
    },
  },
];

/** Compares an image with what a model is meant for. Nothing in both lists: the image is of the intended kind. */
export function checkIntendedUse(intended: Manifest['intended'], kind: ImageKind): IntendedUseCheck {
  const relevant = CHECKS.filter((check) => check.meant(intended) !== '');
  return {
    mismatches: relevant
      .filter((check) => check.given(kind) !== '' && !check.fits(intended, kind))
      .map((check) => ({ what: check.what, given: check.given(kind), meant: check.meant(intended) })),
    unknown: relevant.filter((check) => check.given(kind) === '').map((check) => check.what),
  };
}

/** Modalities whose own images have no colour (PS3.3 C.7.3.1.1.1). */
const GREY_MODALITIES = new Set(['CR', 'DX', 'RG', 'MG', 'IO', 'PX', 'XA', 'RF', 'CT', 'MR']);
/** Difference between the channels of a pixel, of 255, that JPEG's noise or the tint of a lamp does not make. */
const COLOUR_DIFFERENCE = 48;
/** A larger part of the pixels than coloured marks and letters on a radiograph take. */
const COLOUR_SHARE = 0.1;

/**
 * What to say of a picture in colour that is shown to a model of radiographs or the like; null if nothing. The file of a
 * photograph states no modality, so nothing else would tell.
 *
 * @param rgb what the network received: interleaved, 0..255
 */
export function colourCaution({ modalities }: Manifest['intended'], rgb: Uint8Array): Warning | null {
  const isGrey = modalities.length > 0 && modalities.every((modality) => GREY_MODALITIES.has(normalise(modality)));
  if (!isGrey) return null;
  let coloured = 0;
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    const [red, green, blue] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) >= COLOUR_DIFFERENCE) coloured += 1;
  }
  if (coloured <= (rgb.length / 3) * COLOUR_SHARE) return null;
  return warning('prediction.colour', { modalities: modalities.join(', ') });
}
