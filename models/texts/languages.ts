/** Languages that there is a catalogue of. `en-XA` is made from English, and proves that all text is in the catalogue. */
export const LANGUAGES = ['en', 'en-XA'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a reader can choose, each by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Exclude<Language, 'en-XA'>, string>> = { en: 'English' };
