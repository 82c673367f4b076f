import { describe, expect, it } from 'vitest';
import { createFormats } from './formats.ts';
import { intendedUse } from './intended.ts';
import type { Language } from './languages.ts';
import { english } from './texts.ts';

describe('formats', () => {
  it.each([
    [0.9731, '97.3 %'],
    [0.99951, '> 99.9 %'],
    [0.0002, '< 0.1 %'],
    [0, '0.0 %'],
    [1, '100.0 %'],
  ])('percent %d', (value, text) => {
    expect(english.percent(value)).toBe(text);
  });

  it('dates and times, where they are any', () => {
    expect(['20240131', 'about 1990', ''].map(english.date)).toEqual(['2024-01-31', 'about 1990', '']);
    expect(['101112.5', '1011', ''].map(english.time)).toEqual(['10:11', '10:11', '']);
  });

  it('numbers, sizes and durations', () => {
    expect([1024, 20_000, 0.12345].map((value) => english.number(value))).toEqual(['1024', '20,000', '0.123']);
    expect([12, 1536, 10 * 1024, 3 * 1024 ** 3].map(english.bytes)).toEqual(['12 B', '1.5 KB', '10 KB', '3.0 GB']);
    expect([4.21, 312.4, 12_500].map(english.milliseconds)).toEqual(['4.2 ms', '312 ms', '12.5 s']);
  });

  it('follow the language', () => {
    const german = createFormats('de' as Language);
    expect([german.date('20240131'), german.percent(0.9731), german.number(1234567.5)]).toEqual([
      '31.01.2024',
      '97,3 %',
      '1.234.567,5',
    ]);
    expect(german.date('20249931')).toBe('2024-99-31');
  });
});

it('what a model is meant for', () => {
  const intended = { modalities: ['CR', 'DX'], bodyParts: ['CHEST'], views: [], ageYears: { minimum: 1, maximum: 5 } };
  expect(intendedUse(intended, english)).toBe('CR or DX; CHEST; 1 to 5 years');
  expect(intendedUse({ modalities: [], bodyParts: [], views: [], ageYears: null }, english)).toBe('');
});
