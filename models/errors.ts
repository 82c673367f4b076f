import type { ErrorArguments, ErrorCode, ErrorValue } from './texts/codes.ts';
import { bounded, shortened, type Details } from './texts/details.ts';
import { english } from './texts/texts.ts';

export type { ErrorCode, ErrorDetails, ErrorValue } from './texts/codes.ts';

interface Options {
  /** The error, or the list of errors, whose sentence is a part of this one's ({{cause}} in the catalogue). */
  cause?: unknown;
}

/** `[code, details, options]`; the code's sentence tells which details. */
type Arguments = ErrorArguments | WithOptions<ErrorArguments>;
type WithOptions<A> = A extends [infer Code, infer Given] ? [code: Code, details: Given, options: Options] : never;

/**
 * The error that our own code throws: `new HifuseError('dicom.corrupt', { reason: 'cut-off', file })`. What it means in
 * words stands in models/texts, and is made where people read it. `toErrorValue` makes it (or anything else) fit to cross
 * a border. Its `message` is English, for logs and developers.
 */
export class HifuseError extends Error {
  readonly code: ErrorCode;
  readonly details: Details | undefined;

  constructor(...[code, given, options]: Arguments) {
    const details = given && bounded(given);
    const cause = options?.cause;
    super(english.error(valueOf(code, details, cause)), cause === undefined ? {} : { cause });
    this.name = 'HifuseError';
    this.code = code;
    this.details = details;
  }
}

const valueOf = (code: ErrorCode, details: Details | undefined, cause: unknown): ErrorValue => ({
  code,
  ...(details ? { details } : {}),
  ...(cause === undefined ? {} : { cause: Array.isArray(cause) ? cause.map(toErrorValue) : toErrorValue(cause) }),
});

/** What a thrown thing says of itself, in one line: for the details of an error that tells of a library's failure. */
export const foreignText = (error: unknown): string =>
  shortened((error instanceof Error ? error.message : String(error)).trim().split('\n', 1)[0]!);

/** Turns anything thrown into a value. What is no HifuseError becomes `internal` with its message. */
export function toErrorValue(error: unknown): ErrorValue {
  if (error instanceof HifuseError) return valueOf(error.code, error.details, error.cause);
  return valueOf('internal', { reason: 'foreign', message: foreignText(error) }, undefined);
}

const isList = (cause: NonNullable<ErrorValue['cause']>): cause is readonly ErrorValue[] => Array.isArray(cause);

/** The reverse of {@link toErrorValue}. */
export function fromErrorValue({ code, details, cause }: ErrorValue): HifuseError {
  const options: Options = cause ? { cause: isList(cause) ? cause.map(fromErrorValue) : fromErrorValue(cause) } : {};
  return new HifuseError(...([code, details, options] as unknown as ErrorArguments));
}
