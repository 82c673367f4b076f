import type { Language } from '../../models/texts/languages.ts';
import { loadTexts } from '../../models/texts/load.ts';
import { english, type Texts } from '../../models/texts/texts.ts';

/** The texts of the window in the language that the reader has chosen; what shows them follows a change. */
export class LocalTexts implements Texts {
  #texts = $state.raw(english);
  /** The choice that was made last; its catalogue may still be loading. */
  #wanted: Language = 'en';

  get language(): Language {
    return this.#texts.language;
  }

  /** Loads a language's catalogue and changes to it; of several choices the last one holds. */
  async use(language: Language): Promise<void> {
    this.#wanted = language;
    const texts = language === this.language ? this.#texts : await loadTexts(language);
    if (language !== this.#wanted) return;
    this.#texts = texts;
    document.documentElement.lang = language;
  }

  readonly t: Texts['t'] = (...key) => this.#texts.t(...key);
  readonly error: Texts['error'] = (value) => this.#texts.error(value);
  readonly warning: Texts['warning'] = (value) => this.#texts.warning(value);
  readonly reason: Texts['reason'] = (value) => this.#texts.reason(value);
  readonly number: Texts['number'] = (...value) => this.#texts.number(...value);
  readonly fixed: Texts['fixed'] = (...value) => this.#texts.fixed(...value);
  readonly percent: Texts['percent'] = (share) => this.#texts.percent(share);
  readonly date: Texts['date'] = (text) => this.#texts.date(text);
  readonly time: Texts['time'] = (text) => this.#texts.time(text);
  readonly milliseconds: Texts['milliseconds'] = (value) => this.#texts.milliseconds(value);
  readonly bytes: Texts['bytes'] = (value) => this.#texts.bytes(value);
  readonly either: Texts['either'] = (items) => this.#texts.either(items);
}
