import { afterAll, describe, expect, test } from 'vitest';
import type { Frame } from '../../../models/imaging/frame.ts';
import { decodeFrame } from '../index.ts';
import { TestFolder } from '../testing/image.ts';
import type { DataSetValues } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

const frameOf = (values: DataSetValues, frame = 0): Promise<Frame> => decodeFrame(folder.image(values), frame);

describe('the modality stage', () => {
  test('slope and intercept, in Hounsfield units for CT', async () => {
    const frame = await frameOf({ Modality: 'CT', RescaleSlope: 2, RescaleIntercept: -1024 });
    expect(frame).toMatchObject({ rescale: { slope: 2, intercept: -1024 }, unit: 'HU', minimum: 0, maximum: 1100 });
  });

  test('a slope of zero is not believed', async () => {
    expect((await frameOf({ RescaleSlope: 0, RescaleIntercept: 5 })).rescale).toEqual({ slope: 1, intercept: 5 });
  });

  test('a table replaces the stored values; those outside take its ends', async () => {
    const table = { 'LUTDescriptor/US': [4, 200, 16], 'LUTData/US': [1000, 2000, 3000, 4000], ModalityLUTType: 'OD' };
    const PixelData = Uint16Array.of(0, 200, 201, 202, 203, 204, 4095, 200, 200, 200, 200, 200);
    const frame = await frameOf({ ModalityLUTSequence: [table], PixelData });
    expect([...frame.pixels.subarray(0, 7)]).toEqual([1000, 1000, 2000, 3000, 4000, 4000, 4000]);
    expect(frame).toMatchObject({ rescale: { slope: 1, intercept: 0 }, unit: 'OD', minimum: 1000, maximum: 4000 });
  });
});

describe('the VOI stage', () => {
  test('several windows with their explanations, in order', async () => {
    const frame = await frameOf({
      WindowCenter: [40, 500.5],
      WindowWidth: [400, 2000],
      WindowCenterWidthExplanation: ['SOFT TISSUE', 'BONE'],
    });
    expect(frame.voi).toEqual([
      { kind: 'window', function: 'LINEAR', center: 40, width: 400, explanation: 'SOFT TISSUE' },
      { kind: 'window', function: 'LINEAR', center: 500.5, width: 2000, explanation: 'BONE' },
    ]);
  });

  test.each(['LINEAR_EXACT', 'SIGMOID'])('%s', async (VOILUTFunction) => {
    const frame = await frameOf({ WindowCenter: 40, WindowWidth: 0.5, VOILUTFunction });
    expect(frame.voi).toMatchObject([{ function: VOILUTFunction, width: 0.5 }]);
  });

  test('a window that is not filled in is none, and needs no warning', async () => {
    const { voi, warnings } = await frameOf({ WindowCenter: '', WindowWidth: '' });
    expect([voi, warnings]).toEqual([[], []]);
  });

  test.each([0, -5, 0.5])('a LINEAR window of width %d is left out', async (WindowWidth) => {
    const { voi, warnings } = await frameOf({ WindowCenter: 40, WindowWidth });
    expect(voi).toEqual([]);
    expect(warnings).toEqual([{ code: 'dicom.impossible-window', details: { center: 40, width: WindowWidth } }]);
  });

  test('a table goes before windows; 0 entries mean 65536 and the first value may be negative', async () => {
    const data = Uint16Array.from({ length: 65536 }, (_, i) => i >> 4);
    const frame = await frameOf({
      PixelRepresentation: 1,
      VOILUTSequence: [{ 'LUTDescriptor/SS': [0, -2048, 12], 'LUTData/OW': data, LUTExplanation: 'NORMAL' }],
      WindowCenter: 40,
      WindowWidth: 400,
    });
    expect(frame.voi[0]).toEqual({ kind: 'lut', firstMapped: -2048, bits: 12, data, explanation: 'NORMAL' });
    expect(frame.voi[1]).toMatchObject({ kind: 'window', center: 40 });
  });

  describe('the first value of a table is signed where its input is', () => {
    const data = Uint16Array.from({ length: 4096 }, (_, i) => i);
    // Implicit and explicit VR read 64512 where -1024 was meant, and the other way round.
    const table = { 'LUTDescriptor/US': [4096, 64512, 12], 'LUTData/OW': data };
    const ct = { RescaleSlope: 1, RescaleIntercept: -1024 };

    test.each<[string, DataSetValues]>([
      ['of the file', { VOILUTSequence: [table] }],
      ['of the frame', { PerFrameFunctionalGroupsSequence: [{ FrameVOILUTSequence: [{ VOILUTSequence: [table] }] }] }],
      ['shared', { SharedFunctionalGroupsSequence: [{ FrameVOILUTSequence: [{ VOILUTSequence: [table] }] }] }],
    ])('VOI table %s', async (_, values) => {
      expect((await frameOf({ ...ct, ...values })).voi[0]).toMatchObject({ kind: 'lut', firstMapped: -1024 });
    });

    test('a VOI table of large unsigned values stays unsigned', async () => {
      const values = { BitsStored: 16, HighBit: 15, PixelRepresentation: 0, VOILUTSequence: [table] };
      expect((await frameOf(values)).voi[0]).toMatchObject({ firstMapped: 64512 });
      const written = {
        ...values,
        VOILUTSequence: [{ ...table, 'LUTDescriptor/US': undefined, 'LUTDescriptor/SS': [4096, -1024, 12] }],
      };
      expect((await frameOf(written)).voi[0]).toMatchObject({ firstMapped: 64512 });
    });

    test('the other sign counts where the standard’s would cover no value, and that is said', async () => {
      // Negative values are possible, none of them is so low as 33000 read as a signed number.
      const high = { 'LUTDescriptor/US': [20000, 33000, 12], 'LUTData/OW': data };
      const frame = await frameOf({ ...ct, RescaleSlope: 10, VOILUTSequence: [high] });
      expect(frame.voi[0]).toMatchObject({ firstMapped: 33000 });
      expect(frame.warnings).toEqual([{ code: 'dicom.table-sign' }]);
      expect((await frameOf({ ...ct, VOILUTSequence: [table] })).warnings).toEqual([]);
    });

    const signed = { PixelRepresentation: 1, BitsStored: 16, HighBit: 15, PixelData: new Int16Array(12).fill(-1020) };

    test('modality table', async () => {
      const frame = await frameOf({ ...signed, ModalityLUTSequence: [{ ...table, ModalityLUTType: 'US' }] });
      expect(frame.pixels[0]).toBe(4);
    });

    test('palette', async () => {
      const colours = Object.fromEntries(
        ['Red', 'Green', 'Blue'].flatMap((colour) => [
          [`${colour}PaletteColorLookupTableDescriptor/US`, [4096, 64512, 16]],
          [`${colour}PaletteColorLookupTableData`, data.map((value) => value << 8)],
        ]),
      );
      const frame = await frameOf({ ...signed, PhotometricInterpretation: 'PALETTE COLOR', ...colours });
      expect([...frame.pixels.subarray(0, 3)]).toEqual([4, 4, 4]);
    });
  });

  test('without a window all is shown from the smallest value to the largest but padding, in modality values', async () => {
    const PixelData = Uint16Array.from({ length: 1000 }, (_, i) => (i === 0 ? 4095 : i === 1 ? 0 : 1000 + (i % 100)));
    const size = { Rows: 10, Columns: 100 };
    const values = { ...size, PixelData, PixelPaddingValue: 0, RescaleIntercept: -1000, RescaleSlope: 1 };
    const { automaticWindow } = await frameOf(values);
    expect(automaticWindow).toMatchObject({ function: 'LINEAR', center: 1548, width: 3096 });
  });

  test('8 bits without a window are shown as they are', async () => {
    const PixelData = Uint8Array.from({ length: 12 }, (_, i) => 100 + i);
    const frame = await frameOf({ BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelData });
    expect(frame.automaticWindow).toMatchObject({ center: 128, width: 256 });
  });
});

describe('padding', () => {
  const PixelData = Int16Array.of(-2000, -1999, -1500, -1000, 0, 1000, 7, 7, 7, 7, 7, 7);
  const signed = { PixelData, BitsStored: 16, HighBit: 15, PixelRepresentation: 1 };

  test('is left out of the range', async () => {
    const frame = await frameOf({ ...signed, 'PixelPaddingValue/SS': -2000 });
    expect(frame).toMatchObject({ padding: { low: -2000, high: -2000 }, minimum: -1999, maximum: 1000 });
  });

  test('may be a range, and written unsigned', async () => {
    const values = { ...signed, 'PixelPaddingValue/US': 65536 - 2000, 'PixelPaddingRangeLimit/US': 65536 - 1500 };
    const frame = await frameOf(values);
    expect(frame).toMatchObject({ padding: { low: -2000, high: -1500 }, minimum: -1000 });
  });
});

test.each([
  ['MONOCHROME1', undefined, true],
  ['MONOCHROME1', 'INVERSE', true],
  ['MONOCHROME2', 'INVERSE', true],
  ['MONOCHROME2', 'IDENTITY', false],
])('%s with presentation LUT shape %s: inverted %s', async (PhotometricInterpretation, shape, invert) => {
  expect((await frameOf({ PhotometricInterpretation, PresentationLUTShape: shape })).invert).toBe(invert);
});

describe('an enhanced multi-frame image', () => {
  const values: DataSetValues = {
    NumberOfFrames: 2,
    PixelData: new Uint16Array(24).fill(5),
    FrameOfReferenceUID: '2.25.9',
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [{ PixelSpacing: [0.5, 0.25] }],
        PlaneOrientationSequence: [{ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }],
        PixelValueTransformationSequence: [{ RescaleSlope: 1, RescaleIntercept: 10, RescaleType: 'HU' }],
      },
    ],
    PerFrameFunctionalGroupsSequence: [1, 2].map((n) => ({
      PlanePositionSequence: [{ ImagePositionPatient: [0, 0, n * 5] }],
      FrameVOILUTSequence: [{ WindowCenter: n * 100, WindowWidth: 400 }],
      ...(n === 2 ? { PixelValueTransformationSequence: [{ RescaleSlope: 2, RescaleIntercept: 20 }] } : {}),
    })),
  };

  test('takes each attribute of the frame itself, else of all frames', async () => {
    const [first, second] = [await frameOf(values, 0), await frameOf(values, 1)];
    expect(first).toMatchObject({ rescale: { slope: 1, intercept: 10 }, unit: 'HU', voi: [{ center: 100 }] });
    expect(second).toMatchObject({ rescale: { slope: 2, intercept: 20 }, unit: '', voi: [{ center: 200 }] });
    expect(second.plane).toEqual({
      orientation: [1, 0, 0, 0, 1, 0],
      position: [0, 0, 10],
      frameOfReferenceUid: '2.25.9',
    });
    expect(second.spacing).toMatchObject({ row: 0.5, column: 0.25, source: 'PixelSpacing' });
    expect(second.pixelAspectRatio).toBe(2);
  });
});
