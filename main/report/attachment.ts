/** The result that a report prints, as data: attached to it, and what `hifuse verify-report` holds it to. */
import { isWithheld } from '../../models/doubt/verdict.ts';
import { resultRow, type ResultRow } from '../results/row.ts';
import { NOTICE, software } from '../about.ts';
import { carriesIdentity } from '../../models/identity.ts';
import type { ReportFacts } from './content.ts';
import type { Review } from '../../models/review.ts';
import type { Prediction } from '../../worker/protocol.ts';

export interface ReportedResult {
  schema: 1;
  kind: 'hifuse-report';
  software: string;
  notice: string;
  /** ISO 8601. */
  createdAt: string;
  model: Prediction['model'];
  engine: string;
  device: string;
  precision: string;
  calibrated: boolean;
  preprocessing: Prediction['preprocessing'];
  /** SHA-256 of the stored values, as `hifuse inspect` gives it; hexadecimal. */
  pixelsSha256: string;
  /** Empty where names are hidden. */
  sopInstanceUid: string;
  /** True where the answer is held back: then there are no classes. */
  withheld: boolean;
  shownAnyway: boolean;
  /** Null where there is no heat map. */
  heatMapClass: string | null;
  window: string | null;
  result: ResultRow;
  review: Review;
}

/** What a report says, as data. Holds back what it holds back, and names nobody where it names nobody. */
export function reportedResult(facts: ReportFacts): ReportedResult {
  const { prediction, header, names, shownAnyway, classIndex, review, createdAt, shown } = facts;
  const { model, engine, device, precision, calibrated, preprocessing, content, image } = prediction;
  const withheld = isWithheld(prediction.verdict, shownAnyway);
  const row = resultRow(names ? facts.name : '', image.frame, { status: 'ok', prediction, error: null });
  const hides = (text: string): boolean => !names && carriesIdentity(text, header);
  return {
    schema: 1,
    kind: 'hifuse-report',
    software,
    notice: NOTICE,
    createdAt: createdAt.toISOString(),
    model,
    engine,
    device,
    precision,
    calibrated,
    preprocessing,
    pixelsSha256: content.sha256,
    sopInstanceUid: names ? header.sopInstanceUid : '',
    withheld,
    shownAnyway,
    heatMapClass: classIndex === null ? null : (prediction.classes[classIndex]?.name ?? null),
    window: shown.window !== null && hides(shown.window) ? null : shown.window,
    result: {
      ...row,
      ...(withheld ? { top1: null, classes: [], set: null } : {}),
      warnings: row.warnings.filter(({ message }) => !hides(message)),
    },
    review,
  };
}
