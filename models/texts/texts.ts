/** Sentences of a language, made where people read them: in the window, on the command line, in the report. */
import { createInstance, type i18n } from 'i18next';
import type { ErrorValue, Reason, Warning } from './codes.ts';
import type { Details } from './details.ts';
import { en } from './en/index.ts';
import { pseudoLocale } from './pseudo.ts';
import type { Filled, KeyOf, ValuesOf } from './keys.ts';

type English = typeof en;

/** The catalogues, one per subject. */
type Subject = keyof English;

/** 'subject:key' of every sentence. */
export type TextKey = { [S in Subject]: `${S}:${KeyOf<English[S]>}` }[Subject];

type Values<K extends TextKey> = K extends `${infer S extends Subject}:${infer Key}`
  ? ValuesOf<English[S], Key>
  : never;

/** Languages that the catalogue has. `en-XA` is made from English by a function, and proves that all text is translated. */
export const LANGUAGES = ['en', 'en-XA'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Texts {
  readonly language: Language;
  /** The text of a key, filled with what it needs: `t('cli:wrote', { file })`. */
  t<K extends TextKey>(key: K, ...values: Filled<Values<K>>): string;
  /** A number in the notation of the language, with at most so many decimals. */
  number(value: number, decimals?: number): string;
  /** What went wrong, with which file, and what to do. */
  error(value: ErrorValue): string;
  warning(value: Warning): string;
  reason(value: Reason): string;
}

/** i18next with the catalogues of one language. Values are filled in as they are: whoever makes HTML of a text escapes it. */
function instance(language: Language, catalogues: Readonly<Record<Subject, Readonly<Record<string, string>>>>): i18n {
  const made = createInstance();
  void made.init({
    lng: language,
    resources: { [language]: catalogues },
    ns: Object.keys(catalogues),
    // Keys are flat: a point or a slash is a part of their names.
    keySeparator: false,
    initAsync: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return made;
}

/** Language -> its catalogues. German and Chinese will be written out, as a `Translation` of each English one. */
const CATALOGUES: Readonly<Record<Language, () => Readonly<Record<Subject, Readonly<Record<string, string>>>>>> = {
  en: () => en,
  'en-XA': () => pseudoLocale(en),
};

/** The texts of a language. */
export function createTexts(language: Language): Texts {
  const i18next = instance(language, CATALOGUES[language]());
  const text = (key: string, values: Details | undefined): string => i18next.t(key, { ...values });

  /** The sentence of a code's reason; the code's own where the catalogue does not know the reason. */
  const coded = (subject: Subject, { code, details }: { code: string; details?: Details }, more?: Details): string => {
    const values = { ...details, ...more };
    const exact = `${subject}:${code}/${String(details?.['reason'])}`;
    return text(i18next.exists(exact, values) ? exact : `${subject}:${code}`, values);
  };

  const error = (value: ErrorValue): string => coded('errors', value, value.cause && { cause: causes(value.cause) });
  /** The sentences of one or several errors, one after the other. */
  const causes = (cause: ErrorValue | readonly ErrorValue[]): string => [cause].flat().map(error).join(' ');
  return {
    language,
    t: (key, ...[values]) => text(key, values),
    number: (value, decimals = 3) => new Intl.NumberFormat(language, { maximumFractionDigits: decimals }).format(value),
    error,
    warning: (value) => coded('warnings', value),
    reason: (value) => coded('reasons', value),
  };
}

/** What files of results and messages to developers are written in, whatever language people read. */
export const english = createTexts('en');
