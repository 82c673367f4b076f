import { describe, expect, test } from 'vitest';
import { boolean, fields, four, integer, list, number, numbers, oneOf, parse, text } from './schema.ts';
import { quote } from './quote.ts';

const schema = fields({
  name: text({ minimum: 1, maximum: 5, pattern: /^[a-z]*$/ }),
  ready: boolean(),
  kind: oneOf(['a', 'b']),
  size: number(0, 1),
  inner: fields({ counts: list(fields({ n: integer(0, 9) }), 1, 3), sides: four(integer(1, 7)) }),
  metrics: numbers(2),
});

const value = {
  name: 'abc',
  ready: true,
  kind: 'a',
  size: 0.5,
  inner: { counts: [{ n: 1 }, { n: 2 }], sides: [1, 2, 3, 4] },
  metrics: { accuracy: 0.5 },
};

const messageOf = (json: unknown): string => {
  try {
    parse(schema, json, 'f.json', 'model.invalid-package');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

test('gives back what it knows, and leaves out the rest', () => {
  expect(parse(schema, { ...value, more: 1 }, 'f.json', 'request.invalid')).toEqual(value);
});

describe('names the file, the field and what is wrong', () => {
  test.each([
    [null, 'f.json: the whole must be an object.'],
    [{ ...value, name: undefined }, 'f.json: name must be text.'],
    [{ ...value, name: 7 }, 'f.json: name must be text.'],
    [{ ...value, name: '' }, 'f.json: name must not be empty.'],
    [{ ...value, name: 'abcdef' }, 'f.json: name must have at most 5 characters.'],
    [{ ...value, name: 'A' }, 'f.json: name must match ^[a-z]*$.'],
    [{ ...value, ready: 1 }, 'f.json: ready must be true or false.'],
    [{ ...value, kind: 'c' }, 'f.json: kind must be "a" or "b".'],
    [{ ...value, size: 2 }, 'f.json: size must be from 0 to 1.'],
    [{ ...value, size: Infinity }, 'f.json: size must be a number.'],
    [{ ...value, inner: null }, 'f.json: inner must be an object.'],
    [{ ...value, inner: {} }, 'f.json: inner.counts must be a list of 1 to 3 items.'],
    [{ ...value, inner: { ...value.inner, counts: [] } }, 'f.json: inner.counts must be a list of 1 to 3 items.'],
    [
      { ...value, inner: { ...value.inner, counts: [{ n: 1 }, { n: 1.5 }] } },
      'f.json: inner.counts[1].n must be a whole number.',
    ],
    [{ ...value, inner: { ...value.inner, sides: [1, 2, 3] } }, 'f.json: inner.sides must be a list of 4 items.'],
    [{ ...value, metrics: { a: 'high' } }, 'f.json: metrics.a must be a number.'],
    [{ ...value, metrics: { a: 1, b: 2, c: 3 } }, 'f.json: metrics must have at most 2 entries.'],
  ])('%j', (json, message) => {
    expect(messageOf(json)).toBe(message);
  });

  test('in a bounded message', () => {
    const metrics = { ['x'.repeat(1e6)]: 'high' };
    expect(messageOf({ ...value, metrics }).length).toBeLessThan(200);
  });
});

test('a quoted text is one short line without control characters', () => {
  expect(quote('conv_head.weight')).toBe('conv_head.weight');
  expect(quote('a\nb\u001b[31m\u202e\u2028')).toBe('a?b?[31m??');
  expect(quote('x'.repeat(1e7))).toBe(`${'x'.repeat(80)}…`);
});
