import { nameless } from '../../models/texts/nameless.ts';
import type { Texts } from '../../models/texts/texts.ts';

/**
 * Texts that name no file while `hides` says so: people name files after patients, and errors and warnings tell of them.
 */
export function textsWithoutNames(texts: Texts, hides: () => boolean): Texts {
  const file = (): string => texts.t('window:file.this');
  return {
    ...texts,
    get language() {
      return texts.language;
    },
    error: (value) => texts.error(hides() ? nameless(value, file()) : value),
    warning: (value) => texts.warning(hides() ? nameless(value, file()) : value),
  };
}
