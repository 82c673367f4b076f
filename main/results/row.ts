import { english } from '../../models/texts/texts.ts';
import type { Verdict } from '../../models/doubt/verdict.ts';
import type { Reason, Warning } from '../../models/warnings.ts';
import type { ErrorCode, ErrorValue } from '../../models/errors.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type { ModelInfo, Prediction } from '../../worker/protocol.ts';
import { NOTICE, software } from '../about.ts';

/** What a file of results says of all its rows. */
export interface ResultsHeader {
  schema: 1;
  software: string;
  notice: string;
  model: { id: string; version: string; weightsSha256: string };
  engine: string;
  device: string;
  precision: string;
  calibrated: boolean;
  preprocessing: Manifest['preprocessing'];
}

/** An error as results tell it: what a program asks for, and the same in English for people. */
export interface ErrorEntry {
  code: ErrorCode;
  message: string;
}

/** A warning, likewise. */
export interface WarningEntry extends Warning {
  message: string;
}

/** A reason of a verdict, likewise. */
export interface ReasonEntry extends Reason {
  message: string;
}

export interface VerdictEntry extends Omit<Verdict, 'reasons'> {
  reasons: ReasonEntry[];
}

export const errorEntry = (error: ErrorValue): ErrorEntry => ({ code: error.code, message: english.error(error) });

/** Every warning and reason has its details, empty where there are none. */
export const warningEntry = ({ code, details = {} }: Warning): WarningEntry => ({
  code,
  details,
  message: english.warning({ code, details }),
});

const reasonEntry = ({ code, details = {} }: Reason): ReasonEntry => ({
  code,
  details,
  message: english.reason({ code, details }),
});

export const verdictEntry = ({ reasons, ...verdict }: Verdict): VerdictEntry => ({
  ...verdict,
  reasons: reasons.map(reasonEntry),
});

/** One frame of one file. */
export interface ResultRow {
  file: string;
  frame: number;
  status: 'ok' | 'failed' | 'skipped';
  /** Name of the most probable class; null without a prediction. */
  top1: string | null;
  classes: { name: string; logit: number; probability: number }[];
  /** From the file to the probabilities; null without a prediction. */
  ms: number | null;
  /** Whether the numbers are worth reading; null without a prediction. */
  verdict: VerdictEntry | null;
  /** Names of the classes that hold the true one at the model's level; null where it has none. */
  set: string[] | null;
  warnings: WarningEntry[];
  error: ErrorEntry | null;
  /** The image is outside of what the model is meant for, and whoever asked wants its answer shown all the same. */
  shownAnyway?: true;
  /** The overlay that was written for it, where asked for. */
  heatMap?: string;
}

/** What holds for all rows: the model, where it ran, and the program. */
export function resultsHeader(model: ModelInfo): ResultsHeader {
  const { manifest, engine, device, precision } = model;
  return {
    schema: 1,
    software,
    notice: NOTICE,
    model: { id: manifest.id, version: manifest.version, weightsSha256: manifest.weights.sha256 },
    engine,
    device,
    precision,
    calibrated: manifest.calibration !== null,
    preprocessing: manifest.preprocessing,
  };
}

/**
 * The row of an item: of its prediction, or of why there is none.
 *
 * @param shownAnyway answers outside of what the model is meant for were asked for all the same
 */
export function resultRow(
  file: string,
  frame: number,
  result: { status: ResultRow['status']; prediction: Prediction | null; error: ErrorValue | null },
  shownAnyway = false,
): ResultRow {
  const { status, prediction, error } = result;
  return {
    file,
    frame,
    status,
    top1: prediction?.classes[prediction.top1]?.name ?? null,
    classes: prediction?.classes.map(({ name, logit, probability }) => ({ name, logit, probability })) ?? [],
    ms: prediction && Math.round(prediction.milliseconds.total * 10) / 10,
    verdict: prediction && verdictEntry(prediction.verdict),
    set: prediction?.set?.names ?? null,
    warnings: prediction?.warnings.map(warningEntry) ?? [],
    error: error && errorEntry(error),
    ...(shownAnyway && prediction?.verdict.state === 'outside' && { shownAnyway }),
  };
}
