import type { Reason, ReasonArguments, Warning, WarningArguments } from './texts/codes.ts';
import { bounded, type Details } from './texts/details.ts';

export type { Reason, Warning } from './texts/codes.ts';

function coded<C>(code: C, details: Details | undefined): { code: C; details?: Details } {
  return details ? { code, details: bounded(details) } : { code };
}

/** A warning as a value: `warning('dicom.bytes-missing', { count: 20 })`. Its sentence stands in models/texts. */
export const warning = (...[code, details]: WarningArguments): Warning => coded(code, details);

/** A reason as a value, likewise. */
export const reason = (...[code, details]: ReasonArguments): Reason => coded(code, details);
