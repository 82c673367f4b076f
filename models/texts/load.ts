import type { Language } from './languages.ts';
import { createTexts, english, type Catalogues, type Texts } from './texts.ts';

/** The catalogue of each language, loaded when somebody reads it. */
const CATALOGUES: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Catalogues>>> = {
  'en-XA': async () => {
    const [{ pseudoLocale }, { en }] = await Promise.all([import('./pseudo.ts'), import('./en/index.ts')]);
    return pseudoLocale(en);
  },
};

/** The texts of a language. */
export async function loadTexts(language: Language): Promise<Texts> {
  return language === 'en' ? english : createTexts(language, await CATALOGUES[language]());
}
