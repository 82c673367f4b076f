import { probabilities } from '../hifuse/probabilities.ts';
import type { Calibration } from '../package/manifest.ts';
import { classLimits, marginalLimits } from '../statistics/conformal.ts';
import type { Labelled } from '../statistics/labelled.ts';
import { operatingPoints } from '../statistics/operating-points.ts';
import { quantile } from '../statistics/quantile.ts';
import { fitTemperature } from '../statistics/temperature.ts';

/** The coverage of the sets that are shown. */
export const SHOWN_COVERAGE = 0.9;

/** Share of the images whose strongest cell of the heat map lies within the absolute scale. */
const HEAT_MAP_SHARE = 0.95;

/** What a labelled image showed. */
export interface CalibrationImage extends Labelled {
  /** The strongest cell of the most probable class's heat map, in logits. */
  peak: number;
}

/** No score is larger: a limit that lets every class in. */
const ALL = 1;

/**
 * Temperature, prediction sets, operating points and the heat maps' scale from labelled images that the network was not
 * trained on.
 *
 * @param coverages of the sets, 0..1; the first is the one that is shown
 */
export function fitCalibration(
  images: readonly CalibrationImage[],
  classCount: number,
  coverages: readonly number[],
): Pick<Calibration, 'method' | 'temperature' | 'images' | 'sets' | 'operatingPoints' | 'heatMapFullScale'> {
  const temperature = fitTemperature(images);
  const calibrated = images.map(({ logits, label }) => ({ probabilities: probabilities(logits, temperature), label }));
  const limit = (value: number): number => Math.min(value, ALL);
  const scale = quantile(
    images.map(({ peak }) => peak),
    HEAT_MAP_SHARE,
  );
  return {
    method: 'temperature',
    temperature,
    images: images.length,
    sets: coverages.map((coverage) => ({
      coverage,
      marginal: limit(marginalLimits(calibrated, coverage, classCount)[0]!),
      perClass: classLimits(calibrated, coverage, classCount).map(limit),
    })),
    operatingPoints: operatingPoints(calibrated, classCount),
    ...(scale > 0 && { heatMapFullScale: Number(scale.toPrecision(2)) }),
  };
}
