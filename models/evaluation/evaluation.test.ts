import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gaussian, randomFrom } from '../random.ts';
import { bootstrapIntervals, resample } from './bootstrap.ts';
import { prepareCases, type Case } from './cases.ts';
import { compare, mcnemar } from './compare.ts';
import { measure, ones, type Metrics } from './metrics.ts';

interface Reference {
  cases: Omit<Case, 'group'>[];
  metrics: Metrics;
  mcnemar: { onlyFirst: number; onlySecond: number; p: number }[];
}

/** Made by testing/reference.py from the definitions, with numpy. */
const reference = JSON.parse(readFileSync(join(import.meta.dirname, 'testing/reference.json'), 'utf8')) as Reference;
const referenceCases = reference.cases.map((one, i): Case => ({ ...one, group: `patient ${i}` }));

function expectClose(actual: unknown, expected: unknown, where = ''): void {
  if (typeof expected === 'number') expect(actual, where).toBeCloseTo(expected, 10);
  else if (typeof expected === 'object' && expected !== null) {
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, `${where}.${key}`);
    }
  } else expect(actual, where).toBe(expected);
}

describe('measuring', () => {
  test('gives what the definitions give, ties and all', () => {
    expectClose(measure(prepareCases(referenceCases, 3)), reference.metrics);
  });

  test('a weight of two is the case twice', () => {
    const weights = Float64Array.from(referenceCases, (_, i) => i % 3);
    const repeated = referenceCases.flatMap((one, i) => new Array<Case>(i % 3).fill(one));
    expectClose(measure(prepareCases(referenceCases, 3), weights), measure(prepareCases(repeated, 3)));
  });

  test('says null where there is nothing to divide by, and leaves it out of means', () => {
    const cases = [
      { label: 0, probabilities: [0.6, 0.4, 0], group: 'a' },
      { label: 0, probabilities: [0.4, 0.6, 0], group: 'b' },
    ];
    const { perClass, balancedAccuracy, macroF1 } = measure(prepareCases(cases, 3));
    expect(perClass[0]).toEqual({
      n: 2,
      precision: 1,
      recall: 0.5,
      specificity: null,
      f1: 2 / 3,
      auroc: null,
      averagePrecision: 1,
    });
    expect(perClass[1]).toMatchObject({ n: 0, precision: 0, recall: null, specificity: 0.5, f1: 0 });
    expect(perClass[2]).toMatchObject({ n: 0, precision: null, recall: null, specificity: 1, f1: null });
    expect(balancedAccuracy).toBe(0.5);
    expect(macroF1).toBeCloseTo(1 / 3, 12);
  });

  test('certain and wrong costs much, not infinity', () => {
    const { logLoss } = measure(prepareCases([{ label: 1, probabilities: [1, 0], group: 'a' }], 2));
    expect(logLoss).toBeCloseTo(52 * Math.LN2, 10);
  });

  test.each([
    [[]],
    [[{ label: 2, probabilities: [0.5, 0.5], group: 'a' }]],
    [[{ label: 0, probabilities: [1], group: 'a' }]],
    [[{ label: 0, probabilities: [Number.NaN, 1], group: 'a' }]],
  ])('refuses cases that do not fit', (cases) => {
    expect(() => prepareCases(cases, 2)).toThrow(RangeError);
  });
});

describe('intervals', () => {
  /** Two classes told apart with the given accuracy; `images` alike ones per patient. */
  function cases(patients: number, images: number, accuracy: number): Case[] {
    const random = randomFrom(3);
    return Array.from({ length: patients }, (_, patient) => {
      const label = patient % 2;
      const right = random() < accuracy;
      const score = 0.6 + 0.02 * gaussian(random);
      const ofFirst = (label === 0) === right ? score : 1 - score;
      return new Array<Case>(images).fill({ label, probabilities: [ofFirst, 1 - ofFirst], group: String(patient) });
    }).flat();
  }

  test('of an accuracy are those of the normal approximation, for many patients', () => {
    const { accuracy } = bootstrapIntervals(prepareCases(cases(1000, 1, 0.8), 2), 800);
    const measured = measure(prepareCases(cases(1000, 1, 0.8), 2)).accuracy;
    const half = 1.96 * Math.sqrt((measured * (1 - measured)) / 1000);
    expect(accuracy!.low).toBeCloseTo(measured - half, 2);
    expect(accuracy!.high).toBeCloseTo(measured + half, 2);
  });

  test('do not get narrower by more images of the same patients', () => {
    const once = bootstrapIntervals(prepareCases(cases(100, 1, 0.8), 2), 500);
    const often = bootstrapIntervals(prepareCases(cases(100, 9, 0.8), 2), 500);
    expect(often.groups).toBe(100);
    expectClose(often.accuracy, once.accuracy);
  });

  test('are the same every time', () => {
    const prepared = prepareCases(referenceCases, 3);
    expect(bootstrapIntervals(prepared, 50)).toEqual(bootstrapIntervals(prepared, 50));
  });

  test('draw whole groups', () => {
    const prepared = prepareCases(cases(5, 4, 0.5), 2);
    const weights = resample(prepared, randomFrom(1));
    expect(weights.reduce((a, b) => a + b)).toBe(ones(prepared).length);
    for (const group of prepared.groups) expect(new Set(Array.from(group, (i) => weights[i])).size).toBe(1);
  });
});

describe('comparing two models', () => {
  test.each(reference.mcnemar)(
    "McNemar's exact p of $onlyFirst against $onlySecond",
    ({ onlyFirst, onlySecond, p }) => {
      expect(mcnemar(onlyFirst, onlySecond)).toBeCloseTo(p, 10);
    },
  );

  test('a model does not differ from itself', () => {
    const prepared = prepareCases(referenceCases, 3);
    const { mcnemar: test, differences } = compare(prepared, prepared);
    expect(test).toEqual({ onlyFirst: 0, onlySecond: 0, p: 1 });
    expect(differences.accuracy).toEqual({ value: 0, interval: { low: 0, high: 0 }, p: 1 });
  });

  test('a better model is told from a worse one, in the right direction', () => {
    const labels = Array.from({ length: 200 }, (_, i) => i % 2);
    const model = (wrong: number) =>
      prepareCases(
        labels.map((label, i) => ({
          label,
          probabilities: (label === 0) === i >= wrong ? [0.9, 0.1] : [0.1, 0.9],
          group: String(i),
        })),
        2,
      );
    const { mcnemar: test, differences } = compare(model(10), model(50));
    expect(test).toMatchObject({ onlyFirst: 40, onlySecond: 0 });
    expect(test.p).toBeLessThan(1e-9);
    expect(differences.accuracy.value).toBeCloseTo(0.2, 12);
    expect(differences.accuracy.interval.low).toBeGreaterThan(0.1);
    expect(differences.accuracy.p).toBe(0);
    expect(differences.logLoss.value).toBeLessThan(0);
  });

  test('refuses other cases', () => {
    const prepared = prepareCases(referenceCases, 3);
    expect(() => compare(prepared, prepareCases(referenceCases.slice(1), 3))).toThrow(RangeError);
  });
});
