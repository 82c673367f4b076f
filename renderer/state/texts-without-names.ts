import type { Details } from '../../models/texts/details.ts';
import type { Texts } from '../../models/texts/texts.ts';

/** What tells of a file in the details of errors and warnings. */
interface Told {
  details?: Details;
  cause?: Told | readonly Told[];
}

/**
 * Texts that name no file while `hides` says so: people name files after patients, and errors and warnings tell of them.
 */
export function textsWithoutNames(texts: Texts, hides: () => boolean): Texts {
  const nameless = <T extends Told>(value: T): T => ({
    ...value,
    ...(value.details?.['file'] === undefined
      ? {}
      : { details: { ...value.details, file: texts.t('window:file.this') } }),
    ...(value.cause ? { cause: [value.cause].flat().map(nameless) } : {}),
  });
  return {
    ...texts,
    get language() {
      return texts.language;
    },
    error: (value) => texts.error(hides() ? nameless(value) : value),
    warning: (value) => texts.warning(hides() ? nameless(value) : value),
  };
}
