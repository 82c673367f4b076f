import { afterAll, describe, expect, test } from 'vitest';
import { inspect, readElements, readHeader } from '../index.ts';
import { TestFolder } from '../testing/image.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

const path = folder.image({
  SpecificCharacterSet: 'ISO_IR 192',
  PatientName: 'Müller^Jörg=木',
  PatientID: ' 007 ',
  StudyDate: '20240229',
  StudyTime: '235959.123',
  PatientAge: '042Y',
  PixelSpacing: [0.5, 0.25],
  InstanceNumber: -3,
  FrameTime: 40,
  FrameIncrementPointer: '00181063',
  'SmallestImagePixelValue/SS': -5,
  ReferencedImageSequence: [
    { ReferencedSOPInstanceUID: '1.2.3', PurposeOfReferenceCodeSequence: [{ CodeMeaning: 'Süß' }] },
  ],
  '00090010/LO': 'ACME 1.0',
  '00091001/DS': '1.5',
  '00091002/OB': new Uint8Array(10),
  '00091003/UN': new Uint8Array([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]),
  'SelectorUVValue/UV': [1n, 2n ** 40n],
  'SelectorFDValue/FD': [0.1, -2],
  StrainDescription: 'a\\b',
  ImageComments: 'line 1\r\nline 2 \\ not a second value',
});

describe('the tag browser', () => {
  test('shows elements of every kind', async () => {
    const elements = await readElements(path);
    const value = (tag: string) => elements.find((element) => element.tag === tag)?.value;
    expect(elements[0]).toMatchObject({ tag: '00020000', vr: 'UL', keyword: 'GroupLength' });
    expect(value('00100010')).toBe('Müller^Jörg=木');
    expect(value('00280030')).toBe('0.5\\0.25');
    expect(value('00280009')).toBe('00181063');
    expect(value('00280106')).toBe('-5');
    expect(value('00204000')).toBe('line 1\r\nline 2 \\ not a second value');
    expect(value('00091002')).toBe('10 bytes');
    expect(value('7fe00010')).toBe('24 bytes');
    expect(elements.map(({ tag }) => tag)).toEqual(elements.map(({ tag }) => tag).sort());
  });

  test('names the maker of private elements', async () => {
    const elements = await readElements(path);
    expect(elements.find(({ tag }) => tag === '00090010')).toMatchObject({
      keyword: 'PrivateCreator',
      value: 'ACME 1.0',
    });
    expect(elements.find(({ tag }) => tag === '00091001')).toMatchObject({ vr: 'DS', keyword: 'Private (ACME 1.0)' });
  });

  test('opens sequences, private ones of unknown VR too', async () => {
    const elements = await readElements(path);
    const sequence = elements.find(({ keyword }) => keyword === 'ReferencedImageSequence');
    expect(sequence?.value).toBe('1 item');
    const purpose = sequence?.items?.[0]?.find(({ keyword }) => keyword === 'PurposeOfReferenceCodeSequence');
    expect(purpose?.items?.[0]).toMatchObject([{ keyword: 'CodeMeaning', value: 'Süß' }]);
    expect(elements.find(({ tag }) => tag === '00091003')).toMatchObject({ vr: 'SQ', items: [[]] });
  });
});

test('inspect gives values by keyword, numbers as numbers', async () => {
  const { header } = await inspect(path);
  expect(header).toMatchObject({
    TransferSyntaxUID: '1.2.840.10008.1.2.1',
    PatientName: 'Müller^Jörg=木',
    PatientID: '007',
    StudyDate: '20240229',
    PixelSpacing: [0.5, 0.25],
    InstanceNumber: -3,
    FrameIncrementPointer: '00181063',
    SmallestImagePixelValue: -5,
    SelectorUVValue: [1, 2 ** 40],
    SelectorFDValue: [0.1, -2],
    StrainDescription: ['a', 'b'],
    ReferencedImageSequence: [
      { ReferencedSOPInstanceUID: '1.2.3', PurposeOfReferenceCodeSequence: [{ CodeMeaning: 'Süß' }] },
    ],
  });
  expect(header).not.toHaveProperty('PixelData');
  expect(header).not.toHaveProperty('GroupLength');
});

test('the header for lists', async () => {
  expect(await readHeader(path)).toMatchObject({
    format: 'dicom',
    rows: 3,
    columns: 4,
    frames: 1,
    frameTime: 40,
    patientName: 'Müller, Jörg (木)',
    patientId: '007',
    patientAge: '042Y',
    studyUid: '2.25.2',
    seriesUid: '2.25.3',
    instanceNumber: -3,
    seriesNumber: null,
    plane: null,
  });
});

test('what is no number in a binary value is null', async () => {
  const path = folder.image({ 'RealWorldValueSlope/FD': [NaN, 2], 'TagAngleFirstAxis/FL': NaN });
  const { header } = await inspect(path);
  expect([header.RealWorldValueSlope, header.TagAngleFirstAxis]).toEqual([[null, 2], null]);
});
