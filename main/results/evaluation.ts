/** The record of an evaluation, as `hifuse evaluate --out` writes it (schema 1; grows by adding fields). */
import type { ErrorValue } from '../../models/errors.ts';
import { bootstrapIntervals, type Intervals } from '../../models/evaluation/bootstrap.ts';
import { prepareCases, type Case } from '../../models/evaluation/cases.ts';
import { compare, type Comparison } from '../../models/evaluation/compare.ts';
import { measure, type ClassMetrics, type Metrics } from '../../models/evaluation/metrics.ts';
import type { ModelInfo } from '../../worker/protocol.ts';
import { NOTICE, software } from '../about.ts';

export interface EvaluatedModel {
  id: string;
  version: string;
  weightsSha256: string;
  engine: string;
  device: string;
  precision: string;
  calibrated: boolean;
}

export type ReportedMetrics = Omit<Metrics, 'perClass'> & { perClass: (ClassMetrics & { name: string })[] };

export interface Evaluation extends ReportedMetrics {
  schema: 1;
  software: string;
  notice: string;
  model: EvaluatedModel;
  data: { files: number; sha256: string; part: string | null };
  intervals: Intervals;
  /** Images that the model could not answer; they count in no figure. */
  failed: { file: string; error: ErrorValue }[];
  /** By a column of the table: its values, each measured alone. */
  groups?: { column: string; values: ({ value: string; intervals: Intervals } & ReportedMetrics)[] };
  /** Another model on the same images. */
  against?: { model: EvaluatedModel; metrics: ReportedMetrics } & Comparison;
}

export function evaluatedModel({ manifest, engine, device, precision }: ModelInfo): EvaluatedModel {
  return {
    id: manifest.id,
    version: manifest.version,
    weightsSha256: manifest.weights.sha256,
    engine,
    device,
    precision,
    calibrated: manifest.calibration !== null,
  };
}

interface EvaluationParts {
  model: EvaluatedModel;
  classNames: readonly string[];
  cases: readonly Case[];
  data: Evaluation['data'];
  failed: Evaluation['failed'];
  groups?: { column: string; values: readonly string[] };
  against?: { model: EvaluatedModel; cases: readonly Case[] };
}

/**
 * Measures what a model answered.
 *
 * @param parts cases of both models and the values of the groups' column stand in one order
 */
export function evaluation({
  model,
  classNames: names,
  cases,
  data,
  failed,
  groups,
  against,
}: EvaluationParts): Evaluation {
  const prepare = (some: readonly Case[]) => prepareCases(some, names.length);
  const report = (some: ReturnType<typeof prepare>): ReportedMetrics => {
    const metrics = measure(some);
    return { ...metrics, perClass: metrics.perClass.map((one, c) => ({ name: names[c]!, ...one })) };
  };
  const prepared = prepare(cases);
  const other = against && prepare(against.cases);
  return {
    schema: 1,
    software,
    notice: NOTICE,
    model,
    data,
    ...report(prepared),
    intervals: bootstrapIntervals(prepared),
    failed,
    ...(groups && {
      groups: {
        column: groups.column,
        values: [...new Set(groups.values)].sort().map((value) => {
          const some = prepare(cases.filter((_, i) => groups.values[i] === value));
          return { value, ...report(some), intervals: bootstrapIntervals(some) };
        }),
      },
    }),
    ...(against &&
      other && {
        against: { model: against.model, metrics: report(other), ...compare(prepared, other) },
      }),
  };
}
