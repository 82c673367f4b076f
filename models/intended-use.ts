/** Whether an image is of the kind that a model is meant for. Compares what the file itself says; guesses nothing. */
import { partsNamed, samePart } from './doubt/anatomy.ts';
import type { PatientAge } from './imaging/patient-age.ts';
import { INPUT_SIZE } from './hifuse/variants.ts';
import type { Manifest } from './package/manifest.ts';
import { reason, type Reason } from './warnings.ts';

type Intended = Manifest['intended'];

/** What a file says of its image; empty where it says nothing. Pictures (JPEG, PNG, ...) say their size alone. */
export interface ImageFacts {
  rows: number;
  columns: number;
  /** PS3.3 C.7.3.1.1.1. */
  modality: string;
  /** Body Part Examined, or the meaning of Anatomic Region Sequence. */
  bodyPart: string;
  /** View Position, or the meaning of View Code Sequence. */
  viewPosition: string;
  /** Image Laterality, or Laterality: R, L, U (unpaired), B (both). */
  laterality: string;
  age: PatientAge | null;
  photometricInterpretation: string;
  /** Values of Image Type (PS3.3 C.7.6.1.1.2). */
  imageType: readonly string[];
  sopClassUid: string;
  /** YES or NO (PS3.3 C.7.6.1.1). */
  burnedInAnnotation: string;
  /** YES where the image is of a phantom (PS3.3 C.7.6.1). */
  qualityControlImage: string;
  studyDescription: string;
  seriesDescription: string;
  protocolName: string;
}

const normalise = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

/** Modalities whose own images have no colour (PS3.3 C.7.3.1.1.1). */
const GREY_MODALITIES = new Set(['CR', 'DX', 'RG', 'MG', 'IO', 'PX', 'XA', 'RF', 'CT', 'MR']);

/** Whether a model is meant for images without colour alone. */
export const isGreyOnly = ({ modalities }: Pick<Intended, 'modalities'>): boolean =>
  modalities.length > 0 && modalities.every((modality) => GREY_MODALITIES.has(normalise(modality)));

/** Shorter sides than this are enlarged to more than twice their size: the network sees blur. */
const SMALLEST_SIDE = INPUT_SIZE / 2;

/** What follows a view position and does not change the view. */
const POSTURES = /(SUPINE|ERECT|UPRIGHT|SITTING|STANDING|PORTABLE|BEDSIDE|MOBILE|FRONTAL)/g;
const viewOf = (text: string): string => normalise(text).replaceAll(POSTURES, '');

/** An attribute whose value is compared with a list of the package. */
function compare(
  what: 'modality' | 'body-part' | 'view' | 'laterality',
  given: string,
  allowed: readonly string[],
  same: (a: string, b: string) => boolean,
): Reason[] {
  if (given === '' || allowed.length === 0 || allowed.some((one) => same(one, given))) return [];
  return [reason(`use.${what}`, { given, meant: allowed.join(' or ') })];
}

const unstated = (what: 'modality' | 'body-part' | 'view' | 'age', missing: boolean): Reason[] =>
  missing ? [reason(`unstated.${what}`)] : [];

function modality({ modalities }: Intended, facts: ImageFacts): Reason[] {
  return [
    ...compare('modality', facts.modality, modalities, (a, b) => normalise(a) === normalise(b)),
    ...unstated('modality', modalities.length > 0 && facts.modality === ''),
  ];
}

/** Fields in which people write which part it is, in the order in which they are looked at. */
const FREE_TEXTS = [
  ['StudyDescription', (facts: ImageFacts) => facts.studyDescription],
  ['SeriesDescription', (facts: ImageFacts) => facts.seriesDescription],
  ['ProtocolName', (facts: ImageFacts) => facts.protocolName],
] as const;

function bodyPart({ bodyParts }: Intended, facts: ImageFacts): Reason[] {
  if (bodyParts.length === 0) return [];
  if (facts.bodyPart !== '') return compare('body-part', facts.bodyPart, bodyParts, samePart);
  const meant = bodyParts.join(' or ');
  const allowed = new Set(bodyParts.flatMap(partsNamed));
  const mentions = FREE_TEXTS.flatMap(([field, text]) => partsNamed(text(facts)).map((part) => ({ field, part })));
  const [first] = mentions;
  if (!first || allowed.size === 0) return unstated('body-part', true);
  const fitting = mentions.find(({ part }) => allowed.has(part));
  // The words of the text stay out: people write names there, too.
  return fitting
    ? [reason('free-text.body-part', { given: fitting.part, field: fitting.field })]
    : [reason('use.body-part-text', { given: first.part, field: first.field, meant })];
}

function view({ views }: Intended, facts: ImageFacts): Reason[] {
  return [
    ...compare('view', facts.viewPosition, views, (a, b) => viewOf(a) === viewOf(b)),
    ...unstated('view', views.length > 0 && facts.viewPosition === ''),
  ];
}

/** A side is asked for by no model, but one that is stated must fit. */
function laterality({ lateralities = [] }: Intended, facts: ImageFacts): Reason[] {
  return compare('laterality', facts.laterality, lateralities, (a, b) => normalise(a) === normalise(b));
}

function age({ ageYears }: Intended, facts: ImageFacts): Reason[] {
  if (!ageYears) return [];
  if (!facts.age) return unstated('age', true);
  const { years } = facts.age;
  // Someone is five until the sixth birthday.
  if (years >= (ageYears.minimum ?? 0) && years < (ageYears.maximum ?? Infinity) + 1) return [];
  const { minimum, maximum } = ageYears;
  if (minimum === null) return [reason('use.age', { reason: 'up-to', years, count: maximum! })];
  if (maximum === null) return [reason('use.age', { reason: 'from', years, count: minimum })];
  return [reason('use.age', { reason: 'range', years, minimum, maximum })];
}

function photometric(intended: Intended, { photometricInterpretation: given }: ImageFacts): Reason[] {
  if (given === '' || given.startsWith('MONOCHROME') || !isGreyOnly(intended)) return [];
  return [reason('use.photometric', { given, meant: intended.modalities.join(' or ') })];
}

/** SOP classes (PS3.4 B.5) of images that no device acquired. */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.|$)/;
const DERIVED_OBJECTS: readonly (readonly [RegExp, string])[] = [
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66(\.|$)/, 'segmentation or registration'],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.30$/, 'parametric map'],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\./, 'radiotherapy object'],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\./, 'presentation state'],
];
const LOCALIZER = /\b(LOCALI[SZ]ER|SCOUT|TOPOGRAM|SURVIEW)\b/i;

/** What kind of object it is, whatever the model is meant for. */
function object(facts: ImageFacts): Reason[] {
  const { imageType, seriesDescription, sopClassUid, burnedInAnnotation, qualityControlImage } = facts;
  const derived = DERIVED_OBJECTS.find(([uid]) => uid.test(sopClassUid));
  return [
    ...([...imageType, seriesDescription].some((value) => LOCALIZER.test(value)) ? [reason('image.localizer')] : []),
    ...(derived ? [reason('image.derived-object', { kind: derived[1] })] : []),
    ...(qualityControlImage.toUpperCase() === 'YES' ? [reason('image.phantom')] : []),
    ...(SECONDARY_CAPTURE.test(sopClassUid) ? [reason('image.secondary-capture')] : []),
    ...(burnedInAnnotation.toUpperCase() === 'YES' ? [reason('image.burned-in-annotation')] : []),
  ];
}

function size({ rows, columns }: ImageFacts): Reason[] {
  if (Math.min(rows, columns) >= SMALLEST_SIDE) return [];
  return [reason('image.too-small', { columns, rows, minimum: SMALLEST_SIDE })];
}

const isSilent = ({ modalities, bodyParts, views, ageYears }: Intended): boolean =>
  modalities.length + bodyParts.length + views.length === 0 && !ageYears;

const CHECKS: readonly ((intended: Intended, facts: ImageFacts) => Reason[])[] = [
  modality,
  bodyPart,
  view,
  laterality,
  age,
  photometric,
  (_, facts) => object(facts),
  (_, facts) => size(facts),
  (intended) => (isSilent(intended) ? [reason('model.no-intended-use')] : []),
];

/** Compares what a file says of an image with what a model is meant for. Empty: everything is stated, and fits. */
export function intendedUseReasons(intended: Intended, facts: ImageFacts): Reason[] {
  return CHECKS.flatMap((check) => check(intended, facts));
}
