/**
 * Types that read a catalogue: its keys, and what each of its sentences is filled with. A catalogue is a flat object of
 * sentences; `{{name}}` stands for a text or number, `{{name, number}}` for a number in the language's own notation, and
 * the keys `key_one` and `key_other` are the plural forms of `key`, chosen by `{{count}}`.
 */
export type Catalogue = Readonly<Record<string, string>>;

type PluralForm = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';

/** Keys as code names them: without the ending of a plural form. */
export type KeyOf<C extends Catalogue> = Extract<
  { [K in keyof C]: K extends `${infer Base}_${PluralForm}` ? Base : K }[keyof C],
  string
>;

type SentenceOf<C extends Catalogue, K extends string> = C[Extract<keyof C, K | `${K}_${PluralForm}`>];

type Placeholder<S extends string> = S extends `${string}{{${infer Inner}}}${infer Rest}`
  ? Inner | Placeholder<Rest>
  : never;

/** What a placeholder is filled with: [name, type]. */
type Filling<P extends string> = P extends `${infer Name}, number${string}`
  ? [Name, number]
  : P extends 'count'
    ? [P, number]
    : [P, string | number];

/** Name and type of everything that the sentence of a key is filled with. */
export type ValuesOf<C extends Catalogue, K extends string> = {
  readonly [F in Filling<Placeholder<SentenceOf<C, K>>> as F[0]]: F[1];
} & (K extends keyof C ? unknown : { readonly count: number });

/** `[]` where nothing is to be filled in, else `[values]`. */
export type Filled<V> = keyof V extends never ? [] : [values: V];

/** The code of a key: `code/reason` is one of several sentences of a code. */
export type CodeOf<C extends Catalogue> =
  KeyOf<C> extends infer K ? (K extends `${infer Code}/${string}` ? Code : Extract<K, string>) : never;

/** The reasons that a code's sentences tell apart. */
export type ReasonOf<C extends Catalogue, Code extends string> =
  Extract<KeyOf<C>, `${Code}/${string}`> extends infer K
    ? K extends `${string}/${infer Reason}`
      ? Reason
      : never
    : never;

type DetailsOfKey<C extends Catalogue, K extends string> = Omit<ValuesOf<C, K>, 'cause'>;

/** The details of a code: what its sentence is filled with and, where it has several sentences, which one. */
export type DetailsOf<C extends Catalogue, Code extends string, R extends string = ReasonOf<C, Code>> =
  // `object`: a text is assignable to a type whose properties are all optional.
  | (Code extends KeyOf<C> ? object & { readonly reason?: never } & DetailsOfKey<C, Code> : never)
  | { [One in R]: { readonly reason: One } & DetailsOfKey<C, `${Code}/${One}`> }[R];

/** `[code]` where its sentence is complete, else `[code, details]`. */
export type CodedArguments<C extends Catalogue, Codes extends string = CodeOf<C>> = {
  [Code in Codes]:
    | (Code extends KeyOf<C> ? (keyof DetailsOfKey<C, Code> extends never ? [code: Code] : never) : never)
    | [code: Code, details: DetailsOf<C, Code>];
}[Codes];

/** Another language's version of a catalogue: every key, with that language's plural forms. */
export type Translation<C extends Catalogue> = Readonly<
  Record<Exclude<Extract<keyof C, string>, `${string}_${PluralForm}`>, string> &
    Partial<Record<`${PluralKey<C>}_${PluralForm}`, string>> &
    Record<`${PluralKey<C>}_other`, string>
>;

type PluralKey<C extends Catalogue> = keyof C extends infer K
  ? K extends `${infer Base}_${PluralForm}`
    ? Base
    : never
  : never;
