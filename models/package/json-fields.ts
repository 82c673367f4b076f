import { wrongField, type FieldsCode } from '../schema.ts';

/**
 * Reads the fields of JSON that nobody vouches for. Every message names the file and the field, so that the person who
 * wrote it can mend it. Fields that are not asked for are left alone: schemas grow by adding fields.
 */
export class JsonFields {
  readonly #value: Record<string, unknown>;
  readonly #subject: string;
  readonly #path: string;
  readonly #code: FieldsCode;

  /**
   * @param value what JSON.parse gave
   * @param subject file name, for messages
   * @param code of the error that is thrown
   * @param path of the value inside the file; empty at the top
   */
  constructor(value: unknown, subject: string, code: FieldsCode, path = '') {
    this.#subject = subject;
    this.#code = code;
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrongField(code, subject, path || 'the whole', 'must be an object');
    }
    this.#value = value as Record<string, unknown>;
  }

  /** Refuses a field by name. */
  refuse(field: string, diagnosis: string): never {
    throw wrongField(this.#code, this.#subject, this.#name(field), diagnosis);
  }

  #name(field: string): string {
    return this.#path ? `${this.#path}.${field}` : field;
  }

  /** The field as it is; undefined where it is not there. */
  raw(field: string): unknown {
    return Object.hasOwn(this.#value, field) ? this.#value[field] : undefined;
  }

  object(field: string): JsonFields {
    return new JsonFields(this.raw(field), this.#subject, this.#code, this.#name(field));
  }

  objectOrNull(field: string): JsonFields | null {
    return this.raw(field) === null ? null : this.object(field);
  }

  string(field: string, { minimum = 0, maximum = 10_000, pattern = /^/ } = {}): string {
    const value = this.raw(field);
    if (typeof value !== 'string') this.refuse(field, 'must be text');
    if (value.length < minimum) this.refuse(field, 'must not be empty');
    if (value.length > maximum) this.refuse(field, `must have at most ${maximum} characters`);
    if (!pattern.test(value)) this.refuse(field, `must match ${pattern.source}`);
    return value;
  }

  boolean(field: string): boolean {
    const value = this.raw(field);
    if (typeof value !== 'boolean') this.refuse(field, 'must be true or false');
    return value;
  }

  /** A finite number in a closed range. */
  number(field: string, minimum = -Number.MAX_VALUE, maximum = Number.MAX_VALUE): number {
    return this.#checkedNumber(field, this.raw(field), minimum, maximum);
  }

  numberOrNull(field: string, minimum?: number, maximum?: number): number | null {
    return this.raw(field) === null ? null : this.number(field, minimum, maximum);
  }

  integer(field: string, minimum: number, maximum: number): number {
    const value = this.number(field, minimum, maximum);
    if (!Number.isInteger(value)) this.refuse(field, 'must be a whole number');
    return value;
  }

  oneOf<T extends string | number>(field: string, choices: readonly T[]): T {
    const value = this.raw(field);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      this.refuse(field, `must be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}`);
    }
    return found;
  }

  /** A list with a bounded number of items, of whatever kind. */
  list(field: string, minimum: number, maximum: number): readonly unknown[] {
    const value = this.raw(field);
    if (!Array.isArray(value) || value.length < minimum || value.length > maximum) {
      const count = minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
      this.refuse(field, `must be a list of ${count} items`);
    }
    return value as unknown[];
  }

  strings(field: string, maximum = 100): string[] {
    return this.list(field, 0, maximum).map((value, i) =>
      typeof value === 'string' && value.length <= 1000 ? value : this.refuse(`${field}[${i}]`, 'must be (short) text'),
    );
  }

  numbers(field: string, count: number, minimum = -Number.MAX_VALUE, maximum = Number.MAX_VALUE): number[] {
    return this.list(field, count, count).map((value, i) =>
      this.#checkedNumber(`${field}[${i}]`, value, minimum, maximum),
    );
  }

  integers(field: string, count: number, minimum: number, maximum: number): number[] {
    const values = this.numbers(field, count, minimum, maximum);
    if (!values.every(Number.isInteger)) this.refuse(field, 'must be whole numbers');
    return values;
  }

  objects(field: string, minimum: number, maximum: number): JsonFields[] {
    return this.list(field, minimum, maximum).map(
      (value, i) => new JsonFields(value, this.#subject, this.#code, `${this.#name(field)}[${i}]`),
    );
  }

  /** An object whose values are all finite numbers. */
  numberRecord(field: string, maximum = 1000): Record<string, number> {
    const value = this.raw(field);
    const inner = this.object(field);
    const names = Object.keys(value as object);
    if (names.length > maximum) this.refuse(field, `must have at most ${maximum} entries`);
    return Object.fromEntries(names.map((name) => [name, inner.number(name)]));
  }

  #checkedNumber(field: string, value: unknown, minimum: number, maximum: number): number {
    if (typeof value !== 'number' || !Number.isFinite(value)) this.refuse(field, 'must be a number');
    if (value < minimum || value > maximum) this.refuse(field, `must be from ${minimum} to ${maximum}`);
    return value;
  }
}
