import type { ErrorValue, Warning } from './codes.ts';

type Told = Pick<ErrorValue, 'details' | 'cause'> | Warning;

/** An error or a warning that names no file: people name files after patients. @param file what stands for it */
export function nameless<T extends Told>(value: T, file: string): T {
  const { details } = value;
  const cause = 'cause' in value ? value.cause : undefined;
  return {
    ...value,
    ...(details?.['file'] === undefined ? {} : { details: { ...details, file } }),
    ...(cause
      ? {
          cause: Array.isArray(cause)
            ? cause.map((one: ErrorValue) => nameless(one, file))
            : nameless(cause as ErrorValue, file),
        }
      : {}),
  };
}
