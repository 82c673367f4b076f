import { describe, expect, it } from 'vitest';
import { dicomDate, dicomTime, intendedUse, percent, personName } from './words.ts';

describe('words', () => {
  it.each([
    [0.9731, '97.3 %'],
    [0.99951, '> 99.9 %'],
    [0.0002, '< 0.1 %'],
    [0, '0.0 %'],
    [1, '100.0 %'],
  ])('percent %d', (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it('dates and times', () => {
    expect([dicomDate('20240131'), dicomDate('about 1990')]).toEqual(['2024-01-31', 'about 1990']);
    expect([dicomTime('101112.5'), dicomTime('1011'), dicomTime('')]).toEqual(['10:11', '10:11', '']);
  });

  it('names in all their forms', () => {
    expect(personName('Yamada^Tarou=山田^太郎=やまだ^たろう')).toBe('Yamada, Tarou (山田, 太郎; やまだ, たろう)');
    expect(personName('Doe^Jane^Q^Dr')).toBe('Doe, Jane Q');
    expect(personName('=山田^太郎')).toBe('山田, 太郎');
    expect([personName('Phantom'), personName('')]).toEqual(['Phantom', '']);
  });

  it('what a model is meant for', () => {
    const intended = {
      modalities: ['CR', 'DX'],
      bodyParts: ['CHEST'],
      views: [],
      ageYears: { minimum: 1, maximum: 5 },
    };
    expect(intendedUse(intended)).toBe('CR or DX; CHEST; 1 to 5 years');
    expect(intendedUse({ modalities: [], bodyParts: [], views: [], ageYears: null })).toBe('');
  });
});
