import type { Reason } from '../warnings.ts';
import { REASON_STATES } from './reasons.ts';

/** Whether an answer of the model is worth reading: `inside` what it is meant for, `outside`, or nobody can tell. */
export type VerdictState = 'inside' | 'unverified' | 'outside';

/** What goes with every prediction, wherever it is shown. */
export interface Verdict {
  state: VerdictState;
  /** Those that make it `outside` first; empty where it is `inside`. */
  reasons: readonly Reason[];
  /**
   * How unusual the pixels are for the network: its features' distance from those of the reference, 1 being the
   * threshold from which an image is `outside`. null where the model has no statistics.
   */
  oodScore: number | null;
}

/** Whether headline and heat map are held back: outside of what the model is meant for, and nobody asked to see them anyway. */
export const isWithheld = ({ state }: Pick<Verdict, 'state'>, shownAnyway: boolean): boolean =>
  state === 'outside' && !shownAnyway;

/** The worst that any reason makes of an image; `inside` without a reason. */
export function verdictOf(reasons: readonly Reason[], oodScore: number | null): Verdict {
  const outside = reasons.filter(({ code }) => REASON_STATES[code] === 'outside');
  const unverified = reasons.filter(({ code }) => REASON_STATES[code] === 'unverified');
  const state = outside.length > 0 ? 'outside' : unverified.length > 0 ? 'unverified' : 'inside';
  return { state, reasons: [...outside, ...unverified], oodScore };
}
