/** What a report says, as data: no page, no fonts. */
import type { Texts } from '../../models/texts/texts.ts';
import { HEAT_MAP_METHOD, heatValue } from '../../models/imaging/heatmap.ts';
import { describeWindow } from '../../models/imaging/voi.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { patientAge } from '../../models/texts/patient.ts';
import {
  DEVICE_NAMES,
  dicomDate,
  dicomTime,
  ENGINE_NAMES,
  GEOMETRY_NAMES,
  intendedUse,
  percent,
  personName,
} from '../../models/words.ts';
import type { ImageHeader, Prediction } from '../../worker/protocol.ts';
import { NOTICE, software } from '../about.ts';
import { carriesIdentity } from './identity.ts';
import { verdictCautions } from './cautions.ts';

/** A label and its value, for people. */
export type Fact = readonly [label: string, value: string];

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
  /** As displayed; null: the file's default window. */
  window: { center: number; width: number } | null;
  overlayOpacity: number;
  createdAt: Date;
}

export interface ClassLine {
  name: string;
  /** 0..1 */
  probability: number;
  percent: string;
  logit: string;
  top: boolean;
}

export interface ReportContent {
  title: string;
  created: string;
  notice: string;
  patient: Fact[];
  study: Fact[];
  imageCaption: string;
  /** A line marks what the network saw. */
  cropped: boolean;
  overlayCaption: string | null;
  /** Of the heat map's colours: where on the scale, 0..1, stands which value. */
  ticks: { share: number; text: string }[];
  /** What the ticks count. */
  unit: string;
  verdict: string;
  classes: ClassLine[];
  /** Classes that have no line of their own; empty if all have. */
  omitted: string;
  calibration: string;
  cautions: string[];
  provenance: Fact[];
  about: Fact[];
  footer: string;
}

/** More would not fit the page; the least probable ones are left out, and that is said. */
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

function patientFacts({ header, names }: ReportFacts, texts: Texts): Fact[] {
  const whose: Fact[] = [
    ['Patient', personName(header.patientName)],
    ['Patient ID', header.patientId],
    ['Date of birth', dicomDate(header.patientBirthDate)],
  ];
  const facts: Fact[] = [
    ...(names ? whose : [['Patient', 'name, ID and date of birth left out'] as const]),
    ['Sex', header.patientSex],
    ['Age', header.age ? patientAge(header.age, texts) : header.patientAge],
  ];
  return facts.some(isGiven) ? facts.filter(isGiven) : [['Patient', 'not given by the file']];
}

function studyFacts({ name, names, header, prediction }: ReportFacts): Fact[] {
  const study = [header.studyDescription, header.seriesDescription]
    .filter((text) => text !== '' && (names || !carriesIdentity(text, header)))
    .join(' / ');
  const view = [header.modality, header.bodyPart, header.viewPosition].filter(Boolean).join(', ');
  const frame = header.frames > 1 ? `, frame ${prediction.image.frame + 1} of ${header.frames}` : '';
  const facts: Fact[] = [
    // A file's name may be the patient's in ways that nobody can tell; the digest says which image it is.
    ['File', `${names ? name : 'name left out'}${frame}`],
    ...(names ? [] : [['Pixels SHA-256', prediction.content.sha256] as const]),
    ['Format', `${header.format.toUpperCase()}, ${header.columns} × ${header.rows} pixels`],
    ['Study', study],
    ['Study date', [dicomDate(header.studyDate), dicomTime(header.studyTime)].filter(Boolean).join(' ')],
    ['Image', view],
  ];
  return facts.filter(isGiven);
}

function calibration({ calibration }: Manifest): string {
  if (!calibration) return 'Not calibrated: a softmax of the network’s outputs, not the chance of a disease.';
  const { temperature, data } = calibration;
  return `Calibrated by temperature ${temperature.toPrecision(3)} on ${data}.`;
}

function provenance({ prediction, manifest }: ReportFacts): Fact[] {
  const { model, engine, device, precision, preprocessing, milliseconds } = prediction;
  return [
    ['Model', `${model.name} (${model.id} ${model.version})`],
    ['Weights SHA-256', model.weightsSha256],
    ['Input', GEOMETRY_NAMES[preprocessing.geometry]],
    ['Input window', preprocessing.window],
    [
      'Run by',
      `${ENGINE_NAMES[engine] ?? engine} on ${DEVICE_NAMES[device] ?? device}, ${precision}, ${Math.round(milliseconds.total)} ms`,
    ],
    ['Software', software],
    ['Licence of the model', manifest.license],
  ];
}

/** The first of the package's metrics; more would hide them. */
const METRICS = 5;

function metrics({ training }: Manifest): string {
  const all = Object.entries(training.metrics).map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`);
  const more = all.length > METRICS ? [`${all.length - METRICS} more in the model card`] : [];
  return [...all.slice(0, METRICS), ...more].join('; ');
}

function about({ manifest }: ReportFacts): Fact[] {
  const facts: Fact[] = [
    ['Meant for', intendedUse(manifest.intended) || 'not stated by the package'],
    ['Trained on', manifest.training.data || 'not stated by the package'],
    ['Measured', metrics(manifest)],
  ];
  return facts.filter(isGiven);
}

/** Whether a crop left a part of the image out of what the network saw. */
function isCropped({ header, prediction }: Pick<ReportFacts, 'header' | 'prediction'>): boolean {
  const { left, top, width, height } = prediction.preprocessing.region;
  return left >= 1 || top >= 1 || left + width <= header.columns - 1 || top + height <= header.rows - 1;
}

function imageCaption(facts: ReportFacts): string {
  const { window } = facts;
  const shown = window
    ? `The image through the window ${describeWindow(window)}.`
    : 'The image through its default window.';
  return isCropped(facts) ? `${shown} The network saw what is inside of the dashed line.` : shown;
}

function cautions({ header, prediction, names }: ReportFacts, texts: Texts): string[] {
  return [...verdictCautions(prediction.verdict, texts), ...prediction.warnings.map(texts.warning)].map((text) =>
    names || !carriesIdentity(text, header) ? text : 'A warning names the patient and is left out.',
  );
}

/** Everything that the page shows in words. @param texts in the language of who reads it */
export function reportContent(facts: ReportFacts, texts: Texts): ReportContent {
  const { prediction, manifest, classIndex, overlayOpacity } = facts;
  const ordered = prediction.classes
    .map((score, index) => ({ score, top: index === prediction.top1 }))
    .sort((a, b) => b.score.probability - a.score.probability || Number(b.top) - Number(a.top));
  const shown = ordered.slice(0, CLASS_LINES);
  const rest = ordered.slice(CLASS_LINES).reduce((sum, { score }) => sum + score.probability, 0);
  const top = prediction.classes[prediction.top1]!;
  const explained = classIndex === null ? undefined : prediction.classes[classIndex];
  return {
    title: 'Image classification report',
    created: timestamp(facts.createdAt),
    notice: NOTICE,
    patient: patientFacts(facts, texts),
    study: studyFacts(facts),
    imageCaption: imageCaption(facts),
    cropped: isCropped(facts),
    overlayCaption: explained
      ? `${HEAT_MAP_METHOD} for “${explained.displayName}”: where the network looked, not where a finding is. ` +
        `Opacity ${Math.round(overlayOpacity * 100)} %.`
      : null,
    ticks: [0, 0.5, 1].map((share) => ({ share, text: String(heatValue(share)) })),
    unit: 'logits per cell, in every report',
    verdict: `${top.displayName}: ${percent(top.probability)}`,
    classes: shown.map(({ score, top: isTop }) => ({
      name: score.displayName,
      probability: score.probability,
      percent: percent(score.probability),
      logit: score.logit.toFixed(2),
      top: isTop,
    })),
    omitted:
      ordered.length > CLASS_LINES ? `${ordered.length - CLASS_LINES} more classes, together ${percent(rest)}` : '',
    calibration: calibration(manifest),
    cautions: cautions(facts, texts),
    provenance: provenance(facts),
    about: about(facts),
    footer: `${NOTICE} A network’s output is no finding: a person who can read the image must judge it.`,
  };
}
