/** The parts of a manifest that `hifuse calibrate` writes. */
import * as v from 'valibot';
import type { FeatureGroup } from '../doubt/features.ts';
import { OPERATING_CRITERIA } from '../statistics/operating-points.ts';
import { fields, integer, list, number, oneOf, text } from '../schema.ts';
import { MOST_CLASSES } from './class-names.ts';

const sha256 = text({ pattern: /^[0-9a-f]{64}$/ });
const images = integer(0, 1e9);
const share = number(0, 1);

/** See models/statistics/conformal.ts. A limit of 1 lets every class in. */
const levelSchema = fields({
  /** Share of images whose set holds the true class. */
  coverage: share,
  /** One limit for all classes: the coverage holds over all images. */
  marginal: share,
  /** One per class: the coverage holds among the images of each class. */
  perClass: list(share, 1, MOST_CLASSES),
});

export type ConformalLevel = v.InferOutput<typeof levelSchema>;

const intervalSchema = fields({ value: share, low: share, high: share });

const operatingPointSchema = fields({
  classIndex: integer(0, MOST_CLASSES - 1),
  criterion: oneOf(OPERATING_CRITERIA),
  threshold: share,
  sensitivity: intervalSchema,
  specificity: intervalSchema,
});

/** How probabilities were calibrated on labelled images that the network did not train on. */
export const calibrationSchema = fields({
  method: oneOf(['temperature']),
  temperature: number(1e-3, 1e3),
  data: text(),
  /** SHA-256 over the images and their labels; older packages lack it and what follows. */
  dataSha256: v.exactOptional(sha256),
  images: v.exactOptional(images),
  /** Limits of adaptive prediction sets; the first is the one that is shown. */
  sets: v.exactOptional(list(levelSchema, 1, 10)),
  operatingPoints: v.exactOptional(list(operatingPointSchema, 0, MOST_CLASSES * OPERATING_CRITERIA.length)),
  /** Where the absolute scale of heat maps ends, in logits per cell: a high percentile of the images' strongest cells. */
  heatMapFullScale: v.exactOptional(number(1e-9, 1e9)),
});

export type Calibration = v.InferOutput<typeof calibrationSchema>;

const dataSchema = fields({ data: text(), images, sha256 });

const threshold = number(1e-9, 1e9);
const thresholds: Record<FeatureGroup, typeof threshold> = {
  network: threshold,
  layout: threshold,
  texture: threshold,
  flatness: threshold,
};

/** What the pixels of images that the network was trained on are like; see models/doubt/deviation.ts. */
export const statisticsSchema = fields({
  file: oneOf(['statistics.safetensors']),
  sha256,
  /** Distances beyond which an image is unusual, per group of features. */
  thresholds: fields(thresholds),
  /** Share of images of the intended kind that all thresholds together let through. */
  share,
  /** The training images, and those that set the thresholds. */
  reference: dataSchema,
  thresholdData: dataSchema,
});

export type Statistics = v.InferOutput<typeof statisticsSchema>;
