import { afterAll, describe, expect, test } from 'vitest';
import type { Frame } from '../../../models/imaging/frame.ts';
import { withImageFile } from '../image-file.ts';
import { decodeFrame, inspect, readHeader } from '../index.ts';
import { TestFolder } from '../testing/image.ts';
import { parseDicom } from './parse.ts';
import { readStoredFrame } from './stored.ts';
import type { DataSetValues } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

async function stored(values: DataSetValues, frame = 0) {
  const path = folder.image(values);
  const { samples } = await withImageFile(path, (file) => readStoredFrame(file, parseDicom(file), frame));
  return samples;
}

const refused = async (values: DataSetValues) => (await inspect(folder.image(values))).error;
const frameOf = (values: DataSetValues): Promise<Frame> => decodeFrame(folder.image(values), 0);

describe('stored values', () => {
  test('bits above Bits Stored never leak: overlays and garbage are cut off', async () => {
    const clean = [0, 1, 2047, 4095, 5, 6, 7, 8, 9, 10, 11, 12];
    const PixelData = Uint16Array.from(clean, (value, i) => value | ((i % 16) << 12));
    expect([...(await stored({ PixelData }))]).toEqual(clean);
  });

  test('the sign is that of Bits Stored, not of the cell', async () => {
    const values = [-2048, 2047, -1, 0, 1, -5, 5, 100, -100, 7, -7, 3];
    const PixelData = Uint16Array.from(values, (value) => value & 0xfff);
    const samples = await stored({ PixelData, PixelRepresentation: 1 });
    expect(samples).toBeInstanceOf(Int16Array);
    expect([...samples]).toEqual(values);
  });

  test('a High Bit above Bits Stored - 1 shifts', async () => {
    const values = [0, 1, 2, 1023, 512, 511, 3, 4, 5, 6, 7, 8];
    const PixelData = Uint16Array.from(values, (value) => (value << 6) | 0x2b);
    expect([...(await stored({ PixelData, BitsStored: 10, HighBit: 15 }))]).toEqual(values);
  });

  test('8 bits, signed', async () => {
    const PixelData = Int8Array.from([-128, 127, -1, 0, 1, 2, 3, 4, 5, 6, 7, -7]);
    const samples = await stored({ PixelData, BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 1 });
    expect([...samples]).toEqual([...PixelData]);
  });

  test.each([
    [0, Uint32Array.from([0, 1, 2 ** 32 - 1, 2 ** 31, 5, 6, 7, 8, 9, 10, 11, 12])],
    [1, Int32Array.from([0, -1, 2 ** 31 - 1, -(2 ** 31), 5, 6, 7, 8, 9, 10, 11, 12])],
  ])('32 bits, Pixel Representation %i', async (PixelRepresentation, PixelData) => {
    const samples = await stored({ PixelData, BitsAllocated: 32, BitsStored: 32, HighBit: 31, PixelRepresentation });
    expect(samples).toEqual(PixelData);
  });

  test('24 bits stored of 32, signed', async () => {
    const values = [-(2 ** 23), 2 ** 23 - 1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    const PixelData = Uint32Array.from(values, (value) => (value & 0xffffff) | 0x55000000);
    const description = { BitsAllocated: 32, BitsStored: 24, HighBit: 23, PixelRepresentation: 1 };
    expect([...(await stored({ PixelData, ...description }))]).toEqual(values);
  });

  test('1 bit: frames follow each other without a gap', async () => {
    // 3 frames of 3 x 3 bits, from the lowest bit of each byte up.
    const bits = '110000011' + '101010101' + '111111110';
    const PixelData = new Uint8Array(4);
    [...bits].forEach((bit, i) => (PixelData[i >> 3]! |= Number(bit) << (i & 7)));
    const values = {
      PixelData,
      Rows: 3,
      Columns: 3,
      NumberOfFrames: 3,
      BitsAllocated: 1,
      BitsStored: 1,
      HighBit: 0,
    };
    for (const frame of [0, 1, 2]) {
      expect([...(await stored(values, frame))].join('')).toBe(bits.slice(frame * 9, frame * 9 + 9));
    }
  });

  test.each([
    ['FloatPixelData', 32, Float32Array.from([0.5, -1.25, 1e10, 3, 4, 5, 6, 7, 8, 9, 10, 11])],
    ['DoubleFloatPixelData', 64, Float64Array.from([0.1, -1e200, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])],
  ])('%s', async (keyword, bits, values) => {
    const description = { PixelData: undefined, BitsAllocated: bits, BitsStored: undefined, HighBit: undefined };
    expect(await stored({ ...description, [keyword]: values })).toEqual(values);
    const frame = await frameOf({ ...description, [keyword]: values });
    expect(frame.minimum).toBe(Math.min(...values));
    expect(frame.automaticWindow.function).toBe('LINEAR_EXACT');
  });

  test('the second frame of several', async () => {
    const PixelData = Uint16Array.from({ length: 24 }, (_, i) => i);
    expect([...(await stored({ PixelData, NumberOfFrames: 2 }, 1))]).toEqual([...PixelData.subarray(12)]);
  });
});

const colour = {
  SamplesPerPixel: 3,
  PhotometricInterpretation: 'RGB',
  PlanarConfiguration: 0,
  Rows: 1,
  Columns: 2,
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
};

describe('colour', () => {
  test('Planar Configuration 0 and 1 give the same', async () => {
    const interleaved = await frameOf({ ...colour, PixelData: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    const planar = await frameOf({ ...colour, PlanarConfiguration: 1, PixelData: Uint8Array.of(1, 4, 2, 5, 3, 6) });
    expect([...interleaved.pixels]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(planar.pixels).toEqual(interleaved.pixels);
    expect(interleaved.voi).toEqual([]);
  });

  // Colours by ITU-R BT.601, computed by hand: red is Y 76, Cb 85, Cr 255 in full range, Y 81, Cb 90, Cr 240 in partial.
  test.each([
    ['YBR_FULL', Uint8Array.of(76, 85, 255, 128, 128, 128), [254, 0, 0, 128, 128, 128]],
    ['YBR_FULL_422', Uint8Array.of(76, 76, 85, 255), [254, 0, 0, 254, 0, 0]],
    ['YBR_PARTIAL_422', Uint8Array.of(81, 235, 90, 240), [254, 0, 0, 255, 179, 178]],
    ['YBR_RCT', Uint8Array.of(64, 128, 128, 64, 128, 128), [64, 64, 64, 64, 64, 64]],
    ['YBR_ICT', Uint8Array.of(76, 85, 255, 16, 128, 128), [254, 0, 0, 16, 16, 16]],
  ])('%s becomes RGB', async (PhotometricInterpretation, PixelData, expected) => {
    const { pixels } = await frameOf({ ...colour, PhotometricInterpretation, PixelData });
    // Rounding of the coefficients moves a value by one at most; clamping hides nothing here.
    pixels.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1);
    });
  });

  test('YBR_FULL_422 that holds full samples is read by its length', async () => {
    const values = { ...colour, PhotometricInterpretation: 'YBR_FULL_422' };
    const { pixels } = await frameOf({ ...values, PixelData: Uint8Array.of(10, 128, 128, 200, 128, 128) });
    expect([...pixels]).toEqual([10, 10, 10, 200, 200, 200]);
  });

  test('16 bits are scaled to 8', async () => {
    const values = { ...colour, BitsAllocated: 16, BitsStored: 16, HighBit: 15 };
    const { pixels } = await frameOf({ ...values, PixelData: Uint16Array.of(0, 65535, 32896, 257, 514, 65278) });
    expect([...pixels]).toEqual([0, 255, 128, 1, 2, 254]);
  });
});

const palette = (entries: number, first: number, bits: number, data: Uint8Array | Uint16Array) => ({
  PhotometricInterpretation: 'PALETTE COLOR',
  RedPaletteColorLookupTableDescriptor: [entries, first, bits],
  GreenPaletteColorLookupTableDescriptor: [entries, first, bits],
  BluePaletteColorLookupTableDescriptor: [entries, first, bits],
  RedPaletteColorLookupTableData: data as Uint16Array<ArrayBuffer>,
  GreenPaletteColorLookupTableData: data.slice().reverse() as Uint16Array<ArrayBuffer>,
  BluePaletteColorLookupTableData: data.map(() => 0) as Uint16Array<ArrayBuffer>,
});

describe('PALETTE COLOR', () => {
  const pixels = { Rows: 1, Columns: 4, BitsAllocated: 8, BitsStored: 8, HighBit: 7 };
  const PixelData = Uint8Array.of(0, 10, 11, 255);
  const expected = [100, 20, 0, 100, 20, 0, 60, 60, 0, 20, 100, 0];

  test.each([
    ['16 bits', 16, Uint16Array.of(100 << 8, 60 << 8, 20 << 8)],
    ['16 bits that hold 8', 16, Uint16Array.of(100, 60, 20)],
    ['8 bits, a word each', 8, Uint16Array.of(100, 60, 20)],
  ])('tables of %s; values outside take the nearest entry', async (_, bits, data) => {
    const frame = await frameOf({ ...pixels, ...palette(3, 10, bits, data), PixelData });
    expect(frame.colour).toBe('rgb');
    expect([...frame.pixels]).toEqual(expected);
  });

  test('packed tables of 8 bits', async () => {
    const data = Uint8Array.of(100, 80, 60, 20);
    const frame = await frameOf({ ...pixels, ...palette(4, 0, 8, data), PixelData: Uint8Array.of(0, 1, 2, 3) });
    expect([...frame.pixels]).toEqual([100, 20, 0, 80, 60, 0, 60, 80, 0, 20, 100, 0]);
  });

  test('segmented tables: discrete, linear and indirect segments', async () => {
    // Discrete 0; linear in 4 steps to 64; the two segments (8 words from the start: none) again by reference.
    const segments = Uint16Array.of(0, 1, 0 << 8, 1, 4, 64 << 8, 2, 2, 0, 0);
    const names = ['Red', 'Green', 'Blue'];
    const tables = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}PaletteColorLookupTableDescriptor`, [10, 0, 16]],
        [`Segmented${name}PaletteColorLookupTableData`, segments],
      ]),
    ) as DataSetValues;
    const PixelData = Uint8Array.from({ length: 10 }, (_, i) => i);
    const values = { ...pixels, Columns: 10, PhotometricInterpretation: 'PALETTE COLOR', ...tables, PixelData };
    const frame = await frameOf(values);
    const reds = [...frame.pixels].filter((_, i) => i % 3 === 0);
    expect(reds).toEqual([0, 16, 32, 48, 64, 0, 16, 32, 48, 64]);
  });

  test('a missing palette is an error', async () => {
    const path = folder.image({ ...pixels, PhotometricInterpretation: 'PALETTE COLOR', PixelData });
    await expect(decodeFrame(path, 0)).rejects.toMatchObject({ code: 'dicom.unsupported-pixels' });
  });
});

describe('what is refused', () => {
  test.each<[string, DataSetValues, string]>([
    ['no Bits Allocated', { BitsAllocated: undefined }, 'dicom.unsupported-pixels'],
    ['12 bits allocated', { BitsAllocated: 12 }, 'dicom.unsupported-pixels'],
    ['more bits stored than allocated', { BitsStored: 17 }, 'dicom.unsupported-pixels'],
    ['a high bit outside of the cell', { HighBit: 16 }, 'dicom.unsupported-pixels'],
    ['an unknown photometric interpretation', { PhotometricInterpretation: 'HSV' }, 'dicom.unsupported-pixels'],
    ['RGB of one sample', { PhotometricInterpretation: 'RGB' }, 'dicom.unsupported-pixels'],
    ['no rows', { Rows: 0 }, 'dicom.unsupported-pixels'],
    ['no pixel data', { PixelData: undefined }, 'dicom.no-pixel-data'],
    ['far fewer bytes than declared', { Rows: 100, Columns: 100 }, 'dicom.corrupt'],
    ['more pixels than the limit', { Rows: 65535, Columns: 65535 }, 'image.too-large'],
  ])('%s', async (_, values, code) => {
    expect(await refused(values)).toMatchObject({ code });
  });

  test('a frame that is not there', async () => {
    await expect(decodeFrame(folder.image({}), 1)).rejects.toMatchObject({ code: 'image.no-such-frame' });
    await expect(decodeFrame(folder.image({}), 0.5)).rejects.toMatchObject({ code: 'image.no-such-frame' });
  });

  test('a frame that lacks its last bytes is shown with a warning', async () => {
    const PixelData = new Uint16Array(100 * 100 - 10).fill(7);
    const frame = await frameOf({ Rows: 100, Columns: 100, PixelData });
    expect(frame.pixels[100 * 100 - 11]).toBe(7);
    expect(frame.pixels[100 * 100 - 1]).toBe(0);
    expect(frame.warnings).toEqual([{ code: 'dicom.bytes-missing', details: { count: 20 } }]);
  });
});

describe('more frames claimed than there are', () => {
  const PixelData = new Uint16Array(12);
  test.each<[string, DataSetValues, string, number]>([
    ['native', { PixelData }, '1.2.840.10008.1.2.1', 1],
    ['native, two there', { PixelData: new Uint16Array(24) }, '1.2.840.10008.1.2.1', 2],
    ['in fragments', { PixelData: { fragments: [new Uint8Array(24)] } }, '1.2.840.10008.1.2.1.98', 1],
    [
      'in fragments, three there',
      { PixelData: { fragments: Array(3).fill(new Uint8Array(24)) } },
      '1.2.840.10008.1.2.1.98',
      3,
    ],
  ])('%s', async (_, values, syntax, there) => {
    const path = folder.image({ NumberOfFrames: 999_999, ...values }, syntax);
    expect((await readHeader(path)).frames).toBe(there);
    const { warnings } = await decodeFrame(path, there - 1);
    expect(warnings).toEqual([{ code: 'dicom.frames-missing', details: { declared: 999_999, count: there } }]);
    await expect(decodeFrame(path, there)).rejects.toMatchObject({ code: 'image.no-such-frame' });
  });
});
