/** What a report says, as data: no page, no fonts. */
import { leavesOut } from '../../models/imaging/rectangle.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { HEAT_MAP_METHOD, heatValue } from '../../models/imaging/heatmap.ts';
import type { OrientationLabels } from '../../models/imaging/orientation-labels.ts';
import type { Spacing } from '../../models/imaging/frame.ts';
import type { Presentation } from '../../models/imaging/presentation.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { patientAge } from '../../models/texts/patient.ts';
import { intendedUse } from '../../models/texts/intended.ts';
import { personName } from '../../models/person-name.ts';
import type { ImageHeader, Prediction } from '../../worker/protocol.ts';
import { NOTICE, software } from '../about.ts';
import { measurementLines, spacingInWords } from '../../models/measure/in-words.ts';
import type { Measurement } from '../../models/measure/measurement.ts';
import type { Review } from '../../models/review.ts';
import type { Fact } from './facts.ts';
import { carriesIdentity } from '../../models/identity.ts';
import { isWithheld } from '../../models/doubt/verdict.ts';
import { setInWords } from '../../models/doubt/set-in-words.ts';
import { verdictCautions } from './cautions.ts';

export interface ReportFacts {
  /** Of the file, without its folder. */
  name: string;
  /** False leaves out whatever tells whose image it is. */
  names: boolean;
  header: ImageHeader;
  prediction: Prediction;
  manifest: Manifest;
  /** Whose heat map is shown; null: none. */
  classIndex: number | null;
  /** How the image is displayed, what it is seen through in words (null: colour), and the letters at its edges. */
  shown: {
    presentation: Presentation;
    window: string | null;
    edges: OrientationLabels | null;
    /** Of the picture's pixels; null where the file gives none. */
    spacing: Spacing | null;
  };
  overlayOpacity: number;
  /** The reader asked to see the answer although the image is outside of what the model is meant for. */
  shownAnyway: boolean;
  review: Review;
  /** What the reader drew on this frame, and whether it was marked as a key image. */
  drawn: { measurements: readonly Measurement[]; isKey: boolean };
  /** `page`: the most important on one page where it has room; `full`: all there is to say. */
  template: SingleTemplate;
  createdAt: Date;
}

/** Templates of a report of one image. */
export const SINGLE_TEMPLATES = ['page', 'full'] as const;
export type SingleTemplate = (typeof SINGLE_TEMPLATES)[number];

export interface ClassLine {
  name: string;
  /** 0..1 */
  probability: number;
  percent: string;
  logit: string;
  top: boolean;
}

/** Words of the page itself: of its columns and sections. */
export interface ReportWords {
  classes: { name: string; probability: string; logit: string };
  patient: string;
  image: string;
  answer: string;
  cautions: string;
  measurements: string;
  review: string;
  howMade: string;
  about: string;
  pixels(count: number): string;
  millimetres(length: number): string;
  missingCharacters(sign: string): string;
  page(page: number, pages: number): string;
}

/** A picture's caption, and what it shows for who cannot see it. */
export interface PictureWords {
  caption: string;
  alternative: string;
}

export interface ReportContent {
  language: string;
  /** All there is to say, rather than what one page has room for. */
  full: boolean;
  title: string;
  created: string;
  createdAt: Date;
  software: string;
  notice: string;
  /** Whether a person stands by it, first of all. */
  status: string;
  patient: Fact[];
  study: Fact[];
  image: PictureWords;
  /** A line marks what the network saw. */
  cropped: boolean;
  /** Null where no heat map is shown. */
  overlay: PictureWords | null;
  /** What the network saw. */
  input: PictureWords;
  /** Where the spacing comes from; empty without one. */
  scaleNote: string;
  /** Of the heat map's colours: where on the scale, 0..1, stands which value. */
  ticks: { share: number; text: string }[];
  /** What the ticks count. */
  unit: string;
  /** The most probable class; where the image is outside of what the model is meant for, that it is not shown. */
  headline: string;
  /** The prediction set in words; empty where the model has none or the answer is held back. */
  set: string;
  /** Empty where the answer is held back. */
  classes: ClassLine[];
  /** Classes that have no line of their own; empty if all have. */
  omitted: string;
  calibration: string;
  cautions: string[];
  /** Of the reader's, each with its numbers. */
  measurements: Fact[];
  impression: string;
  review: Fact[];
  /** Where to sign by hand; null where it was signed. */
  signatureLine: { signature: string; date: string } | null;
  provenance: Fact[];
  about: Fact[];
  footer: string;
  words: ReportWords;
}

/** Of the `page` template: the least probable ones are left out, and that is said. */
const CLASS_LINES = 8;

const isGiven = ([, value]: Fact): boolean => value !== '';

/** '2024-01-31 10:11:12 UTC+01:00': a report is read in another place than it was made. */
export function timestamp(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} UTC${zone}`;
}

/** By which people find the study again. */
const identifiers = ({ accessionNumber, institutionName }: ImageHeader, { t }: Texts): Fact[] => [
  [t('report:accession-number'), accessionNumber],
  [t('report:institution'), institutionName],
];

function patientFacts({ header, names }: ReportFacts, texts: Texts): Fact[] {
  const { t } = texts;
  const whose: Fact[] = [
    [t('report:patient'), personName(header.patientName)],
    [t('report:patient-id'), header.patientId],
    [t('report:birth-date'), texts.date(header.patientBirthDate)],
  ];
  const facts: Fact[] = [
    ...(names ? whose : [[t('report:patient'), t('report:patient-hidden')] as const]),
    [t('report:sex'), header.patientSex],
    [t('report:age'), header.age ? patientAge(header.age, texts) : header.patientAge],
    ...(names ? identifiers(header, texts) : []),
  ];
  return facts.some(isGiven) ? facts.filter(isGiven) : [[t('report:patient'), t('report:patient-unknown')]];
}

function studyFacts({ name, names, header, prediction }: ReportFacts, texts: Texts): Fact[] {
  const { t } = texts;
  const study = [header.studyDescription, header.seriesDescription]
    .filter((text) => text !== '' && (names || !carriesIdentity(text, header)))
    .join(' / ');
  const view = [header.modality, header.bodyPart, header.viewPosition].filter(Boolean).join(', ');
  const { columns, rows, frames } = header;
  // A file's name may be the patient's in ways that nobody can tell; the digest says which image it is.
  const file = names ? name : t('report:file-hidden');
  const frame = prediction.image.frame + 1;
  const facts: Fact[] = [
    [t('report:file'), frames > 1 ? t('report:file-frame', { file, frame, frames }) : file],
    [t('report:format'), t('report:format-size', { format: header.format.toUpperCase(), columns, rows })],
    [t('report:sop-instance-uid'), names ? header.sopInstanceUid : ''],
    [t('report:study'), study],
    [t('report:study-date'), [texts.date(header.studyDate), texts.time(header.studyTime)].filter(Boolean).join(' ')],
    [t('report:image'), view],
  ];
  return facts.filter(isGiven);
}

function calibration({ calibration }: Manifest, { t }: Texts): string {
  if (!calibration) return t('report:not-calibrated');
  const { temperature, data } = calibration;
  return t('report:calibrated', { temperature: temperature.toPrecision(3), data });
}

function provenance({ prediction, manifest, template }: ReportFacts, { t }: Texts): Fact[] {
  const { model, engine, device, precision, preprocessing } = prediction;
  const { id, name, version, weightsSha256 } = model;
  const run = {
    engine: t(`terms:engine/${engine}`),
    device: t(`terms:device/${device}`),
    precision,
    milliseconds: Math.round(prediction.milliseconds.total),
  };
  return [
    [t('report:model'), t('report:model-version', { name, id, version })],
    [t('report:weights'), weightsSha256],
    [t('report:pixels'), prediction.content.sha256],
    [t('report:input'), t(`terms:geometry/${preprocessing.geometry}`)],
    [t('report:input-window'), preprocessing.window],
    [t('report:run-by'), t('report:run-on', run)],
    ...(template === 'full' ? [[t('report:licence'), manifest.license] as const] : []),
  ];
}

/** The first of the package's metrics; more would hide them. */
const METRICS = 5;

function metrics({ training }: Manifest, most: number, { t }: Texts): string {
  const all = Object.entries(training.metrics).map(([name, value]) =>
    t('report:metric', { name, value: Number(value.toPrecision(3)) }),
  );
  const more = all.length > most ? [t('report:more-metrics', { count: all.length - most })] : [];
  return [...all.slice(0, most), ...more].join('; ');
}

function about({ manifest, template }: ReportFacts, texts: Texts): Fact[] {
  const { t } = texts;
  const facts: Fact[] = [
    [t('report:meant-for'), intendedUse(manifest.intended, texts) || t('report:not-stated')],
    [t('report:trained-on'), manifest.training.data || t('report:not-stated')],
    [t('report:measured'), metrics(manifest, template === 'full' ? Infinity : METRICS, texts)],
  ];
  return facts.filter(isGiven);
}

/** Whether a crop left a part of the image out of what the network saw. */
function isCropped({ header, prediction }: Pick<ReportFacts, 'header' | 'prediction'>): boolean {
  return leavesOut(prediction.preprocessing.region, { width: header.columns, height: header.rows });
}

/** What the picture is seen through; a window's explanation in the file may name the patient. */
function windowInWords({ shown: { window, presentation }, header, names }: ReportFacts, { t }: Texts): string {
  if (window === null) return t('report:in-colour');
  if (!names && carriesIdentity(window, header)) return t('report:window-hidden');
  return presentation.voi ? t('report:window', { window }) : t('report:default-window', { window });
}

/** How the picture is displayed, in words, and what its edges and its dashed line are. */
function imageCaption(facts: ReportFacts, texts: Texts): string {
  const { t } = texts;
  const { presentation, edges } = facts.shown;
  const { inverted, flipHorizontal, flipVertical, rotation } = presentation;
  const look = [
    windowInWords(facts, texts),
    ...(inverted ? [t('report:inverted')] : []),
    ...(flipHorizontal ? [t('report:flipped-horizontally')] : []),
    ...(flipVertical ? [t('report:flipped-vertically')] : []),
    ...(rotation ? [t('report:turned', { degrees: rotation })] : []),
  ].join(', ');
  return [
    t('report:displayed', { look }),
    ...(edges ? [t('report:edges', { ...edges })] : []),
    ...(isCropped(facts) ? [t('report:seen')] : []),
  ].join(' ');
}

function cautions({ header, prediction, names, shownAnyway }: ReportFacts, texts: Texts): string[] {
  const asked = prediction.verdict.state === 'outside' && shownAnyway ? [texts.t('verdict:shown-anyway')] : [];
  const all = [...verdictCautions(prediction.verdict, texts), ...asked, ...prediction.warnings.map(texts.warning)];
  return all.map((text) => (names || !carriesIdentity(text, header) ? text : texts.t('report:warning-hidden')));
}

function words({ t, number }: Texts): ReportWords {
  return {
    classes: { name: t('report:class'), probability: t('report:probability'), logit: t('report:logit') },
    patient: t('report:patient-and-study'),
    image: t('report:image-and-map'),
    answer: t('report:answer'),
    cautions: t('report:cautions'),
    measurements: t('report:measurements'),
    review: t('report:review'),
    howMade: t('report:how-made'),
    about: t('report:about'),
    pixels: (count) => t('report:scale-pixels', { count }),
    millimetres: (length) => t('report:scale-millimetres', { length: number(length) }),
    missingCharacters: (sign) => t('report:missing-characters', { sign }),
    page: (page, pages) => t('report:page', { page, pages }),
  };
}

/** 'Reviewed and signed by ...', or that nobody did. */
function status({ review, createdAt }: ReportFacts, { t }: Texts): string {
  return review.signed
    ? t('report:signed-by', { reader: review.reader, date: timestamp(createdAt) })
    : t('report:unreviewed');
}

/** Kinds and numbers of what was drawn, with the source of lengths; a text that names the patient is left out. */
function measurementFacts({ drawn, names, header }: ReportFacts, texts: Texts): Fact[] {
  const { t } = texts;
  const key: Fact[] = drawn.isKey ? [[t('report:key-image'), t('report:key-image-marked')]] : [];
  const measured = drawn.measurements.map((measurement): Fact => {
    const lines = [...measurementLines(measurement, texts), spacingInWords(measurement, texts)].filter(
      (line) => line !== '' && (names || !carriesIdentity(line, header)),
    );
    return [t(`measure:kind/${measurement.kind}`), lines.join('; ') || '–'];
  });
  return [...key, ...measured];
}

function reviewFacts({ review, createdAt }: ReportFacts, { t }: Texts): Fact[] {
  const { assessment, reader, signed } = review;
  const facts: Fact[] = [
    [t('report:assessment'), assessment ? t(`report:assessment/${assessment}`) : ''],
    [t('report:reader'), reader],
    [t('report:signed'), signed ? timestamp(createdAt) : ''],
  ];
  return facts.filter(isGiven);
}

/** Where the scale bar's length comes from. */
function scaleNote({ shown: { spacing } }: ReportFacts, { t, warning }: Texts): string {
  if (!spacing) return t('report:scale-unknown');
  return [t('report:scale-source', { source: spacing.source }), ...(spacing.note ? [warning(spacing.note)] : [])].join(
    ' ',
  );
}

/** The classes in order of probability; of the `page` template the first ones. */
function classLines({ prediction, template }: ReportFacts, texts: Texts): Pick<ReportContent, 'classes' | 'omitted'> {
  const { t } = texts;
  const ordered = prediction.classes
    .map((score, index) => ({ score, top: index === prediction.top1 }))
    .sort((a, b) => b.score.probability - a.score.probability || Number(b.top) - Number(a.top));
  const most = template === 'full' ? ordered.length : CLASS_LINES;
  const left = ordered.slice(most);
  const rest = left.reduce((sum, { score }) => sum + score.probability, 0);
  return {
    classes: ordered.slice(0, most).map(({ score, top }) => ({
      name: score.displayName,
      probability: score.probability,
      percent: texts.percent(score.probability),
      logit: texts.fixed(score.logit, 2),
      top,
    })),
    omitted: left.length > 0 ? t('report:more-classes', { count: left.length, share: texts.percent(rest) }) : '',
  };
}

/** What is said of the answer, or that it is held back. */
function answer(
  facts: ReportFacts,
  texts: Texts,
): Pick<ReportContent, 'headline' | 'set' | 'classes' | 'omitted' | 'calibration'> {
  const { prediction, manifest, shownAnyway } = facts;
  if (isWithheld(prediction.verdict, shownAnyway)) {
    return { headline: texts.t('verdict:not-shown'), set: '', classes: [], omitted: '', calibration: '' };
  }
  const top = prediction.classes[prediction.top1]!;
  return {
    headline: texts.t('report:most-probable', { name: top.displayName, probability: texts.percent(top.probability) }),
    set: setInWords(prediction, texts),
    ...classLines(facts, texts),
    calibration: calibration(manifest, texts),
  };
}

/** Everything that the pages show in words. @param texts in the language of who reads it */
export function reportContent(facts: ReportFacts, texts: Texts): ReportContent {
  const { t, language } = texts;
  const { prediction, classIndex, overlayOpacity, review, createdAt } = facts;
  const explained = classIndex === null ? undefined : prediction.classes[classIndex];
  const { impression, signed } = review;
  return {
    language,
    full: facts.template === 'full',
    title: t('report:title'),
    created: timestamp(createdAt),
    createdAt,
    software,
    notice: NOTICE,
    status: status(facts, texts),
    patient: patientFacts(facts, texts),
    study: studyFacts(facts, texts),
    image: { caption: imageCaption(facts, texts), alternative: t('report:image-alternative') },
    cropped: isCropped(facts),
    overlay: explained
      ? {
          caption: t('report:heat-map', {
            method: HEAT_MAP_METHOD,
            name: explained.displayName,
            opacity: Math.round(overlayOpacity * 100),
          }),
          alternative: t('report:heat-map-alternative', { name: explained.displayName }),
        }
      : null,
    input: { caption: t('report:input-caption'), alternative: t('report:input-alternative') },
    scaleNote: scaleNote(facts, texts),
    ticks: [0, 0.5, 1].map((share) => ({ share, text: String(heatValue(share)) })),
    unit: t('report:heat-map-unit'),
    ...answer(facts, texts),
    cautions: cautions(facts, texts),
    measurements: measurementFacts(facts, texts),
    impression,
    review: reviewFacts(facts, texts),
    signatureLine: signed ? null : { signature: t('report:signature'), date: t('report:date') },
    provenance: provenance(facts, texts),
    about: about(facts, texts),
    footer: t('report:footer', { notice: NOTICE }),
    words: words(texts),
  };
}
