import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillFormula, formulaStateDict } from './formula.ts';
import { architectureOf } from './variants.ts';

const CHECK = join(import.meta.dirname, 'golden/generator-check.json');

describe('the formula gives the values that PyTorch was given', () => {
  const expected = JSON.parse(readFileSync(CHECK, 'utf8')) as Record<string, number[]>;

  test.each(Object.entries(expected))('%s', (key, values) => {
    // A name, with its shape where that matters: `conv_head.weight[7,768]`.
    const [, name, shape] = /^([^[]+)(?:\[(.*)\])?$/.exec(key)!;
    const data = fillFormula(name!, shape ? shape.split(',').map(Number) : [values.length]);
    expect(Array.from(data.subarray(0, values.length))).toEqual(values);
  });
});

test('the state dict holds every parameter that the network needs', () => {
  const state = formulaStateDict(architectureOf('nano', 'dense'), 5);
  expect(state.get('conv_head.weight')!.shape).toEqual([5, 256]);
  expect(state.get('fu2.residual.conv1.conv.weight')!.shape).toEqual([192, 192, 3, 3]);
  expect([...state.keys()].some((name) => name.endsWith('_index'))).toBe(false);
});
