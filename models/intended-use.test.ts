import { describe, expect, it } from 'vitest';
import { intendedUseReasons, type ImageFacts } from './intended-use.ts';

const intended = {
  modalities: ['CR', 'DX'],
  bodyParts: ['CHEST'],
  views: ['AP', 'PA'],
  ageYears: { minimum: 1, maximum: 5 },
  lateralities: ['U', 'B'],
};
const child: ImageFacts = {
  rows: 1024,
  columns: 1200,
  modality: 'DX',
  bodyPart: 'CHEST',
  viewPosition: 'PA',
  laterality: 'U',
  age: { years: 4, source: 'stated' },
  photometricInterpretation: 'MONOCHROME2',
  imageType: ['ORIGINAL', 'PRIMARY'],
  sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
  burnedInAnnotation: 'NO',
  qualityControlImage: '',
  studyDescription: '',
  seriesDescription: '',
  protocolName: '',
};
/** A JPEG: nothing is known but its size. */
const picture: ImageFacts = {
  ...child,
  ...{ modality: '', bodyPart: '', viewPosition: '', laterality: '', age: null, photometricInterpretation: '' },
  ...{ imageType: [], sopClassUid: '', burnedInAnnotation: '' },
};

const reasons = (changes: Partial<ImageFacts>) => intendedUseReasons(intended, { ...child, ...changes });
const codes = (changes: Partial<ImageFacts>) => reasons(changes).map(({ code }) => code);

describe('intended use', () => {
  it('has nothing against an image of the intended kind, however it is written', () => {
    expect(reasons({})).toEqual([]);
    for (const bodyPart of ['thorax ', 'LUNG', 'PORT CHEST', 'Chest PA']) expect(codes({ bodyPart })).toEqual([]);
    for (const viewPosition of ['ap', 'AP_SUPINE', 'PA erect']) expect(codes({ viewPosition })).toEqual([]);
    expect(codes({ laterality: '' })).toEqual([]);
    expect(codes({ photometricInterpretation: 'MONOCHROME1' })).toEqual([]);
  });

  it('names every stated value that contradicts', () => {
    expect(reasons({ modality: 'CT', bodyPart: 'HEAD' })).toEqual([
      { code: 'use.modality', details: { given: 'CT', meant: 'CR or DX' } },
      { code: 'use.body-part', details: { given: 'HEAD', meant: 'CHEST' } },
    ]);
    expect(codes({ viewPosition: 'LL' })).toEqual(['use.view']);
    expect(codes({ viewPosition: 'AP AXIAL' })).toEqual(['use.view']);
    expect(codes({ laterality: 'L' })).toEqual(['use.laterality']);
    expect(codes({ photometricInterpretation: 'RGB' })).toEqual(['use.photometric']);
    expect(codes({ photometricInterpretation: 'YBR_FULL_422' })).toEqual(['use.photometric']);
    expect(codes({ bodyPart: 'THORACIC SPINE' })).toEqual(['use.body-part']);
    expect(codes({ bodyPart: 'SOMEWHERE' })).toEqual(['use.body-part']);
  });

  it('counts a child as five until the sixth birthday', () => {
    const at = (years: number) => codes({ age: { years, source: 'from birth date and study date' } });
    expect([at(0.99), at(1), at(5.99), at(6), at(44)]).toEqual([['use.age'], [], [], ['use.age'], ['use.age']]);
  });

  it('says what the file does not', () => {
    expect(intendedUseReasons(intended, picture).map(({ code }) => code)).toEqual([
      'unstated.modality',
      'unstated.body-part',
      'unstated.view',
      'unstated.age',
    ]);
  });

  it('reads the body part from free text where it is not stated, and says so', () => {
    expect(reasons({ bodyPart: '', studyDescription: 'XR Thorax of Jane Doe' })).toEqual([
      { code: 'free-text.body-part', details: { given: 'CHEST', field: 'StudyDescription' } },
    ]);
    expect(reasons({ bodyPart: '', seriesDescription: 'knee ap' })).toEqual([
      { code: 'use.body-part-text', details: { given: 'LEG', field: 'SeriesDescription', meant: 'CHEST' } },
    ]);
    expect(codes({ bodyPart: '', protocolName: 'Thoracic spine lateral' })).toEqual(['use.body-part-text']);
    expect(codes({ bodyPart: '', protocolName: 'standard' })).toEqual(['unstated.body-part']);
    // A stated part counts, whatever the text says.
    expect(codes({ studyDescription: 'knee' })).toEqual([]);
  });

  it('knows objects that are no acquisitions', () => {
    expect(codes({ imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] })).toEqual(['image.localizer']);
    expect(codes({ seriesDescription: 'Topogram  0.6  T20f' })).toEqual(['image.localizer']);
    for (const sopClass of ['66.4', '30', '481.1', '11.1', '11.2']) {
      expect(codes({ sopClassUid: `1.2.840.10008.5.1.4.1.1.${sopClass}` })).toEqual(['image.derived-object']);
    }
    expect(codes({ sopClassUid: '1.2.840.10008.5.1.4.1.1.7' })).toEqual(['image.secondary-capture']);
    expect(codes({ sopClassUid: '1.2.840.10008.5.1.4.1.1.7.4' })).toEqual(['image.secondary-capture']);
    expect(codes({ burnedInAnnotation: 'YES' })).toEqual(['image.burned-in-annotation']);
    expect(codes({ qualityControlImage: 'YES' })).toEqual(['image.phantom']);
    expect(codes({ rows: 100 })).toEqual(['image.too-small']);
  });

  it('asks nothing of a model that does not say what it is meant for, and says that', () => {
    const anything = { modalities: [], bodyParts: [], views: [], ageYears: null };
    expect(intendedUseReasons(anything, picture).map(({ code }) => code)).toEqual(['model.no-intended-use']);
  });
});
