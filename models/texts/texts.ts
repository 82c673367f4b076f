/** Sentences of a language, made where people read them: in the window, on the command line, in the report. */
import { createInstance, type i18n } from 'i18next';
import type { ErrorValue, Reason, Warning } from './codes.ts';
import type { Details } from './details.ts';
import { en } from './en/index.ts';
import { createFormats, type Formats } from './formats.ts';
import type { Catalogue, Filled, KeyOf, Translation, ValuesOf } from './keys.ts';
import type { Language } from './languages.ts';

type English = typeof en;

/** The catalogues, one per subject. */
type Subject = keyof English;

/** 'subject:key' of every sentence. */
export type TextKey = { [S in Subject]: `${S}:${KeyOf<English[S]>}` }[Subject];

type Values<K extends TextKey> = K extends `${infer S extends Subject}:${infer Key}`
  ? ValuesOf<English[S], Key>
  : never;

/** The sentences of a language, by subject and key. */
export type Catalogues = Readonly<Record<Subject, Catalogue>>;

/** A language's version of every English sentence. */
export type Translations = { readonly [S in Subject]: Translation<English[S]> };

/** Everything that people read, in their language. */
export interface Texts extends Formats {
  readonly language: Language;
  /** The text of a key, filled with what it needs: `t('cli:wrote', { file })`. */
  t<K extends TextKey>(key: K, ...values: Filled<Values<K>>): string;
  /** What went wrong, with which file, and what to do. */
  error(value: ErrorValue): string;
  warning(value: Warning): string;
  reason(value: Reason): string;
}

/** i18next with the catalogues of one language. Values are filled in as they are: whoever makes HTML of a text escapes it. */
function instance(language: Language, catalogues: Catalogues): i18n {
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

/** The texts of a language from its catalogue; see load.ts for the catalogue. */
export function createTexts(language: Language, catalogues: Catalogues): Texts {
  const i18next = instance(language, catalogues);
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
    ...createFormats(language),
    error,
    warning: (value) => coded('warnings', value),
    reason: (value) => coded('reasons', value),
  };
}

/** What files of results and messages to developers are written in, whatever language people read. */
export const english = createTexts('en', en);
