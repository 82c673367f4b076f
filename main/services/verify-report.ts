/** Holds a report to what the network says now. */
import type { Prediction } from '../../worker/protocol.ts';
import type { ReportedResult } from '../report/attachment.ts';

export const CHECKED = ['pixels', 'weights', 'verdict', 'set', 'top1', 'probability', 'logit'] as const;

/** One thing that the report says. */
export interface Check {
  what: (typeof CHECKED)[number];
  /** The class of a number; empty for the rest. */
  name: string;
  reported: string | number;
  now: string | number;
  /** How far numbers may lie apart; null for what must be the same. */
  tolerance: number | null;
  holds: boolean;
}

/**
 * Largest differences of a probability and a logit: on the same engine, device and precision rounding alone; on others
 * what engines differ by (README, precision).
 */
export const TOLERANCES = {
  same: { probability: 1e-4, logit: 1e-3 },
  other: { probability: 5e-3, logit: 5e-2 },
} as const;

const same = (what: Check['what'], reported: string, now: string): Check => ({
  what,
  name: '',
  reported,
  now,
  tolerance: null,
  holds: reported === now,
});

/** Everything that the report says and a new prediction of the image tells, too. */
export function compare(report: ReportedResult, now: Prediction): Check[] {
  const isSame = report.engine === now.engine && report.device === now.device && report.precision === now.precision;
  const tolerances = isSame ? TOLERANCES.same : TOLERANCES.other;
  const numbers = report.result.classes.flatMap(({ name, probability, logit }): Check[] => {
    const found = now.classes.find((one) => one.name === name);
    const check = (what: 'probability' | 'logit', reported: number): Check => {
      const value = found?.[what] ?? NaN;
      const tolerance = tolerances[what];
      return { what, name, reported, now: value, tolerance, holds: Math.abs(value - reported) <= tolerance };
    };
    return [check('probability', probability), check('logit', logit)];
  });
  // What a report holds back cannot be compared.
  const answer = report.withheld
    ? []
    : [
        same('set', (report.result.set ?? []).join(', '), (now.set?.names ?? []).join(', ')),
        same('top1', report.result.top1 ?? '', now.classes[now.top1]?.name ?? ''),
        ...numbers,
      ];
  return [
    same('pixels', report.pixelsSha256, now.content.sha256),
    same('weights', report.model.weightsSha256, now.model.weightsSha256),
    same('verdict', report.result.verdict?.state ?? '', now.verdict.state),
    ...answer,
  ];
}
