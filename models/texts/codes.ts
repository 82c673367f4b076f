/** The codes of errors, warnings and reasons, read off the catalogue, and their values as they cross borders. */
import type { Details } from './details.ts';
import type { en } from './en/index.ts';
import type { CodedArguments, CodeOf, DetailsOf } from './keys.ts';

export type ErrorCode = CodeOf<typeof en.errors>;
export type WarningCode = CodeOf<typeof en.warnings>;
export type ReasonCode = CodeOf<typeof en.reasons>;

/** What the sentence of an error code is filled with; `{reason, ...}` where it has several. */
export type ErrorDetails<C extends ErrorCode> = DetailsOf<typeof en.errors, C>;

/** `[code]` or `[code, details]`. */
export type ErrorArguments = CodedArguments<typeof en.errors>;
export type WarningArguments = CodedArguments<typeof en.warnings>;
export type ReasonArguments = CodedArguments<typeof en.reasons>;

/** An error as it crosses process borders. */
export interface ErrorValue {
  readonly code: ErrorCode;
  readonly details?: Details;
  /** The error that led to it, or several, where their sentences are a part of this one's. */
  readonly cause?: ErrorValue | readonly ErrorValue[];
}

/** What the reader must know of something that is shown all the same. */
export interface Warning {
  readonly code: WarningCode;
  readonly details?: Details;
}

/** Why a verdict or a choice is as it is. */
export interface Reason {
  readonly code: ReasonCode;
  readonly details?: Details;
}
