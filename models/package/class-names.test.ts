import { describe, expect, it } from 'vitest';
import { classNamesOf, displayNameOf } from './class-names.ts';

describe('class lists', () => {
  it('reads both directions and a plain list, in the order of the numbers', () => {
    expect(classNamesOf('{"1": "b", "0": "a"}')).toEqual(['a', 'b']);
    expect(classNamesOf('{"b": 1, "a": 0}')).toEqual(['a', 'b']);
    expect(classNamesOf('["a", "b"]')).toEqual(['a', 'b']);
  });

  it.each(['no', '3', '{}', '{"0": "a", "2": "c"}', '{"0": 5, "1": "a"}', '{"a": 0, "b": 0}', '{"0": " "}'])(
    'refuses %s',
    (json) => {
      expect(() => classNamesOf(json)).toThrow(/class list/);
    },
  );
});

it('makes names readable', () => {
  expect(displayNameOf('bacterial_pneumonia')).toBe('Bacterial pneumonia');
  expect(displayNameOf('COVID-19')).toBe('COVID-19');
});
