import { describe, expect, test } from 'vitest';
import { patientAge } from '../texts/patient.ts';
import { english } from '../texts/texts.ts';
import { patientAgeOf } from './patient-age.ts';

test('what the file states goes before its dates', () => {
  expect(patientAgeOf('018M', '20000101', '20240101')).toEqual({ years: 1.5, source: 'stated' });
});

describe('from the dates', () => {
  const years = (born: string, studied: string) => patientAgeOf('', born, studied)?.years ?? null;

  test.each([
    ['20190203', '20240203', 5],
    ['2019.02.03', '2024.02.03', 5],
    ['20190203', '20190203', 0],
    ['20000229', '20010301', 1],
    ['20200701', '20230101', 2 + 184 / 365],
  ])('born %s, studied %s: %d', (born, studied, expected) => {
    expect(years(born, studied)).toBeCloseTo(expected, 10);
  });

  test('one is five until the day before the sixth birthday', () => {
    expect(years('20180310', '20240309')).toBeLessThan(6);
    expect(years('20180310', '20240310')).toBe(6);
  });

  test('says where it comes from, also where the stated age is none', () => {
    expect(patientAgeOf('unknown', '20190203', '20240203')?.source).toBe('from birth date and study date');
  });

  test.each([
    ['', '20240101'],
    ['20190101', ''],
    ['20240102', '20240101'],
    ['18000101', '20240101'],
    ['20190230', '20240101'],
    ['20191301', '20240101'],
    ['2019', '20240101'],
  ])('born "%s", studied "%s": none', (born, studied) => {
    expect(years(born, studied)).toBeNull();
  });
});

test.each([
  ['005Y', '5 years'],
  ['018M', '18 months'],
  ['001M', '1 month'],
  ['009D', '9 days'],
  ['003W', '21 days'],
])('%s is %s', (stated, words) => {
  expect(patientAge(patientAgeOf(stated, '', '')!, english)).toBe(words);
});

test('of the dates, the source is said', () => {
  expect(patientAge(patientAgeOf('', '20190203', '20240301')!, english)).toBe(
    '5 years (from birth date and study date)',
  );
});
