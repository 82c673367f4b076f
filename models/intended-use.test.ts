import { describe, expect, it } from 'vitest';
import { patientAgeOf } from './imaging/patient-age.ts';
import { checkIntendedUse, colourCaution, type ImageKind } from './intended-use.ts';

const intended = {
  modalities: ['CR', 'DX'],
  bodyParts: ['CHEST'],
  views: ['AP', 'PA'],
  ageYears: { minimum: 1, maximum: 5 },
};
const ageOf = (stated: string) => patientAgeOf(stated, '', '');
const child: ImageKind = { modality: 'DX', bodyPart: 'CHEST', viewPosition: 'PA', age: ageOf('004Y') };

describe('intended use', () => {
  it('finds nothing to say of an image of the intended kind', () => {
    expect(checkIntendedUse(intended, child)).toEqual({ mismatches: [], unknown: [] });
    expect(checkIntendedUse(intended, { ...child, bodyPart: 'thorax ' }).mismatches).toEqual([]);
  });

  it('names a CT shown to a chest radiograph model', () => {
    const { mismatches } = checkIntendedUse(intended, { ...child, modality: 'CT', bodyPart: 'HEAD' });
    expect(mismatches).toEqual([
      { what: 'modality', given: 'CT', meant: 'CR or DX' },
      { what: 'body part', given: 'HEAD', meant: 'CHEST' },
    ]);
  });

  it('counts a child as five until the sixth birthday, and months as parts of a year', () => {
    const ages = (stated: string) => checkIntendedUse(intended, { ...child, age: ageOf(stated) }).mismatches.length;
    expect([ages('005Y'), ages('006Y'), ages('011M'), ages('012M'), ages('071M')]).toEqual([0, 1, 1, 0, 0]);
  });

  it('says what the file does not', () => {
    const nothing = { modality: '', bodyPart: '', viewPosition: '', age: null };
    expect(checkIntendedUse(intended, nothing)).toEqual({
      mismatches: [],
      unknown: ['modality', 'body part', 'view', 'age'],
    });
  });

  it('asks nothing of a model that does not say what it is meant for', () => {
    const anything = { modalities: [], bodyParts: [], views: [], ageYears: null };
    expect(checkIntendedUse(anything, child)).toEqual({ mismatches: [], unknown: [] });
  });
});

describe('a picture in colour', () => {
  const picture = (...pixels: [number, number, number][]) => Uint8Array.from(pixels.flat());
  const skin: [number, number, number] = [210, 150, 120];
  const grey: [number, number, number] = [130, 127, 124];

  it('contradicts a model of radiographs', () => {
    expect(colourCaution(intended, picture(skin, skin, grey))).toEqual({
      code: 'prediction.colour',
      details: { modalities: 'CR, DX' },
    });
  });

  it('is not what tinted greys, or a few coloured marks, make', () => {
    expect(colourCaution(intended, picture(grey, grey))).toBeNull();
    expect(colourCaution(intended, picture(skin, ...Array<typeof grey>(20).fill(grey)))).toBeNull();
  });

  it('is as it should be for a model of photographs, or of any image', () => {
    expect(colourCaution({ ...intended, modalities: ['CR', 'XC'] }, picture(skin))).toBeNull();
    expect(colourCaution({ ...intended, modalities: [] }, picture(skin))).toBeNull();
  });
});
