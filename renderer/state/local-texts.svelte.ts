import { createTexts, type Language, type Texts } from '../../models/texts/texts.ts';

/** The texts of the window in the language that the reader has chosen; what shows them follows a change. */
export class LocalTexts implements Texts {
  #texts = $state.raw(createTexts('en'));

  get language(): Language {
    return this.#texts.language;
  }

  use(language: Language): void {
    if (language !== this.language) this.#texts = createTexts(language);
    document.documentElement.lang = language;
  }

  readonly t: Texts['t'] = (...key) => this.#texts.t(...key);
  readonly number: Texts['number'] = (...value) => this.#texts.number(...value);
  readonly error: Texts['error'] = (value) => this.#texts.error(value);
  readonly warning: Texts['warning'] = (value) => this.#texts.warning(value);
  readonly reason: Texts['reason'] = (value) => this.#texts.reason(value);
}
