/**
 * Schemas of what comes from outside as JSON, with valibot: each shape is declared once, and its type is inferred from it.
 * Every message names the file and the field, so that the person who wrote it can mend it. Fields that a schema does not
 * know are left out: schemas grow by adding fields.
 */
import * as v from 'valibot';
import { HifuseError } from './errors.ts';
import { quote } from './quote.ts';

/** Longest text without a bound of its own. */
const TEXT_LIMIT = 10_000;

/** Whose fields they are: those of a package, or of a request. */
export type FieldsCode = 'model.invalid-package' | 'request.invalid';

/** A field that is wrong. @param diagnosis what is wrong with it, e.g. 'must be text' */
export function wrongField(code: FieldsCode, file: string, field: string, diagnosis: string): HifuseError {
  const details = { reason: 'field', file, field, diagnosis } as const;
  return code === 'request.invalid' ? new HifuseError(code, details) : new HifuseError(code, details);
}

/**
 * What a value is according to a schema.
 *
 * @param subject where the value comes from, for the message: a file name
 * @throws HifuseError of `code`, naming the first field that is wrong
 */
export function parse<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  subject: string,
  code: FieldsCode,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw wrongField(code, subject, pathOf(issue.path), issue.message);
}

/** 'classes[1].name'; 'the whole' at the top. */
function pathOf(path: readonly { key?: unknown }[] = []): string {
  const text = path
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${quote(String(key))}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'the whole' : text;
}

/** An object with these fields; one that is not there is as wrong as one of another type, and told alike. */
export function fields<E extends v.ObjectEntries>(entries: E) {
  return v.object(entries, ({ path }) => {
    const missing = path?.[0]?.key;
    return typeof missing === 'string' && entries[missing] ? messageOf(entries[missing]) : 'must be an object';
  });
}

/** What a schema says of a value of another type. */
function messageOf(schema: object): string {
  if ('wrapped' in schema) return messageOf(schema.wrapped as object);
  const { message } = schema as { message?: unknown };
  return typeof message === 'string' ? message : 'must be an object';
}

/** Text; `minimum` and `maximum` count characters. */
export function text({ minimum = 0, maximum = TEXT_LIMIT, pattern = /^/ } = {}) {
  return v.pipe(
    v.string('must be text'),
    v.minLength(minimum, 'must not be empty'),
    v.maxLength(maximum, `must have at most ${maximum} characters`),
    v.regex(pattern, `must match ${pattern.source}`),
  );
}

/** A finite number in a closed range. */
export function number(minimum = -Number.MAX_VALUE, maximum = Number.MAX_VALUE) {
  const range = `must be from ${minimum} to ${maximum}`;
  return v.pipe(
    v.number('must be a number'),
    v.finite('must be a number'),
    v.minValue(minimum, range),
    v.maxValue(maximum, range),
  );
}

/** A whole number in a closed range. */
export function integer(minimum: number, maximum: number) {
  return v.pipe(number(minimum, maximum), v.integer('must be a whole number'));
}

export function boolean() {
  return v.boolean('must be true or false');
}

export function oneOf<const T extends readonly (string | number)[]>(choices: T) {
  return v.picklist(choices, `must be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}`);
}

/** A list of so many items; counted before any of them is looked at. */
export function list<S extends v.GenericSchema>(item: S, minimum: number, maximum: number) {
  return v.pipe(counted(minimum, maximum), v.array(item), v.readonly());
}

/** A list of a fixed number of items that are alike. */
export function three<S extends v.GenericSchema>(item: S) {
  return v.pipe(counted(3, 3), v.tuple([item, item, item]), v.readonly());
}

export function four<S extends v.GenericSchema>(item: S) {
  return v.pipe(counted(4, 4), v.tuple([item, item, item, item]), v.readonly());
}

function counted(minimum: number, maximum: number) {
  const message = `must be a list of ${minimum === maximum ? minimum : `${minimum} to ${maximum}`} items`;
  const fits = (value: unknown): boolean => Array.isArray(value) && value.length >= minimum && value.length <= maximum;
  // `any`, since what follows takes it further.
  return Object.assign(v.pipe(v.any(), v.check(fits, message)), { message });
}

/** An object whose values are all finite numbers. */
export function numbers(maximum = 1000) {
  const few = (value: Record<string, number>): boolean => Object.keys(value).length <= maximum;
  return v.pipe(
    v.record(v.string(), number(), 'must be an object'),
    v.check(few, `must have at most ${maximum} entries`),
  );
}
