/** How good a model's doubt is: computed from what it made of labelled images, of changed ones and of pictures of other things. */
import { indexOfLargest, probabilities } from '../hifuse/probabilities.ts';
import type { ImageFacts } from '../intended-use.ts';
import type { Manifest } from '../package/manifest.ts';
import { randomFrom } from '../random.ts';
import { auroc } from '../statistics/auroc.ts';
import { consistencyInterval, expectedCalibrationError } from '../statistics/calibration-error.ts';
import { predictionSet } from '../statistics/conformal.ts';
import { conformalCoverageInterval, wilson, type Interval } from '../statistics/intervals.ts';
import type { Labelled } from '../statistics/labelled.ts';
import { negativeLogLikelihood } from '../statistics/temperature.ts';
import type { Verdict } from './verdict.ts';

/** A labelled image as the network saw it, with the verdict on it. */
export interface JudgedImage extends Labelled {
  verdict: Verdict;
}

export interface CalibrationFigures {
  images: number;
  /** Expected calibration error, 15 bins, and what a perfectly calibrated model shows at these confidences. */
  error: number;
  perfect: Interval;
  errorBefore: number;
  /** Negative log-likelihood per image, of calibrated probabilities and of the network's own. */
  logLoss: number;
  logLossBefore: number;
}

export interface CoverageFigures {
  stated: number;
  shown: number;
  /** Where it lies in 95 % of all draws, the limits being taken from so many images and this part being so large. */
  expected: Interval;
  meanSetSize: number;
}

/** Images of one kind: how many of them are outside. */
export interface OutsideFigures {
  name: string;
  images: number;
  outside: number;
  interval: Interval;
}

export interface NearFigures extends OutsideFigures {
  required: boolean;
  /** Share of right answers among those that are not outside; null where all are. */
  accuracy: number | null;
}

export interface DoubtMeasurement {
  calibration: CalibrationFigures | null;
  coverage: CoverageFigures[];
  /** The labelled images as they are, and as if their files stated all that the model is meant for. */
  usual: OutsideFigures;
  inside: { images: number; inside: number };
  accuracy: number;
  near: NearFigures[];
  far: OutsideFigures[];
  /** Of the scores of the far images against those of the usual ones; null without statistics. */
  farAuroc: number | null;
  /** Time of a verdict over the network's own, per image. */
  cost: number;
}

const share = <T>(items: readonly T[], is: (item: T) => boolean): number =>
  items.filter(is).length / Math.max(1, items.length);

const isRight = ({ logits, label }: Labelled): boolean => indexOfLargest(logits) === label;
export const accuracyOf = (images: readonly Labelled[]): number => share(images, isRight);

/** @returns null where the model is not calibrated */
export function calibrationFigures(
  images: readonly Labelled[],
  { calibration }: Pick<Manifest, 'calibration'>,
): CalibrationFigures | null {
  if (!calibration) return null;
  const withProbabilities = (temperature: number) =>
    images.map(({ logits, label }) => ({ probabilities: probabilities(logits, temperature), label }));
  const calibrated = withProbabilities(calibration.temperature);
  return {
    images: images.length,
    error: expectedCalibrationError(calibrated),
    perfect: consistencyInterval(calibrated, randomFrom(15)),
    errorBefore: expectedCalibrationError(withProbabilities(1)),
    logLoss: negativeLogLikelihood(images, calibration.temperature),
    logLossBefore: negativeLogLikelihood(images),
  };
}

/** One entry per level of the package. */
export function coverageFigures(
  images: readonly Labelled[],
  { calibration, classes }: Pick<Manifest, 'calibration' | 'classes'>,
): CoverageFigures[] {
  return (calibration?.sets ?? []).map(({ coverage, marginal }) => {
    const limits = classes.map(() => marginal);
    const sets = images.map(({ logits, label }) => {
      const set = predictionSet(probabilities(logits, calibration!.temperature), limits);
      return { size: set.length, holds: set.includes(label) };
    });
    return {
      stated: coverage,
      shown: share(sets, ({ holds }) => holds),
      expected: conformalCoverageInterval(calibration!.images ?? 0, images.length, coverage),
      meanSetSize: sets.reduce((sum, { size }) => sum + size, 0) / Math.max(1, sets.length),
    };
  });
}

export function outsideFigures(name: string, verdicts: readonly Pick<Verdict, 'state'>[]): OutsideFigures {
  const outside = verdicts.filter(({ state }) => state === 'outside').length;
  return { name, images: verdicts.length, outside, interval: wilson(outside, verdicts.length) };
}

export function nearFigures(name: string, required: boolean, images: readonly JudgedImage[]): NearFigures {
  const answered = images.filter(({ verdict }) => verdict.state !== 'outside');
  return {
    ...outsideFigures(
      name,
      images.map(({ verdict }) => verdict),
    ),
    required,
    accuracy: answered.length > 0 ? accuracyOf(answered) : null,
  };
}

/** @returns null where the model has no statistics, or there are no far images */
export function farAuroc(usual: readonly Verdict[], far: readonly Verdict[]): number | null {
  const scores = (verdicts: readonly Verdict[]) =>
    verdicts.flatMap(({ oodScore }) => (oodScore === null ? [] : [oodScore]));
  const found = auroc(scores(usual), scores(far));
  return Number.isNaN(found) ? null : found;
}

/** What a picture file says: its size. */
export const PICTURE_FACTS: ImageFacts = {
  rows: 224,
  columns: 224,
  modality: '',
  bodyPart: '',
  viewPosition: '',
  laterality: '',
  age: null,
  photometricInterpretation: '',
  imageType: [],
  sopClassUid: '',
  burnedInAnnotation: '',
  qualityControlImage: '',
  studyDescription: '',
  seriesDescription: '',
  protocolName: '',
};

/** What a file would say that states just what the model is meant for. */
export function matchingFacts({
  modalities,
  bodyParts,
  views,
  ageYears,
  lateralities,
}: Manifest['intended']): ImageFacts {
  const years = ageYears?.minimum ?? ageYears?.maximum;
  return {
    ...PICTURE_FACTS,
    modality: modalities[0] ?? '',
    bodyPart: bodyParts[0] ?? '',
    viewPosition: views[0] ?? '',
    laterality: lateralities?.[0] ?? '',
    age: years == null ? null : { years, source: 'stated' },
  };
}
