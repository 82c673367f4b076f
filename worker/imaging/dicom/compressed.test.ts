import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { english } from '../../../models/texts/texts.ts';
import { withImageFile } from '../image-file.ts';
import { decodeFrame, inspect } from '../index.ts';
import { TestFolder, phantom } from '../testing/image.ts';
import { hasTool, runTool } from '../testing/tools.ts';
import { parseDicom } from './parse.ts';
import { readStoredFrame } from './stored.ts';
import { TRANSFER_SYNTAXES } from './syntaxes.ts';
import type { DataSetValues } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

const [ROWS, COLUMNS] = [61, 83];

/** Kinds of pixels that every codec meets. */
const KINDS: Record<string, DataSetValues> = {
  '8 bits': { BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelData: Uint8Array.from(phantom(ROWS, COLUMNS, 8)) },
  '10 bits': { BitsStored: 10, HighBit: 9, PixelData: phantom(ROWS, COLUMNS, 10) },
  '12 bits': { BitsStored: 12, HighBit: 11, PixelData: phantom(ROWS, COLUMNS, 12) },
  '16 bits': { BitsStored: 16, HighBit: 15, PixelData: phantom(ROWS, COLUMNS, 16) },
  '16 bits, signed': {
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 1,
    PixelData: Int16Array.from(phantom(ROWS, COLUMNS, 12), (value) => value - 2000),
  },
  RGB: {
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelData: Uint8Array.from(phantom(ROWS, COLUMNS * 3, 8)),
  },
  'two frames': { NumberOfFrames: 2, PixelData: phantom(ROWS * 2, COLUMNS, 12) },
};

const original = (kind: string): string => folder.image({ Rows: ROWS, Columns: COLUMNS, ...KINDS[kind]! });

const stored = (path: string, frame = 0) =>
  withImageFile(path, (file) => readStoredFrame(file, parseDicom(file), frame));

async function expectSamePixels(path: string, reference: string): Promise<void> {
  for (let frame = 0; frame < (await stored(reference)).description.frames; frame++) {
    expect((await stored(path, frame)).samples).toEqual((await stored(reference, frame)).samples);
  }
}

/** Commands of DCMTK and GDCM that write a transfer syntax, and the kinds that they cannot write. */
const WRITERS: [label: string, command: string, args: string[], uid: string, not: string[]][] = [
  ['RLE by DCMTK', 'dcmcrle', [], '1.2.840.10008.1.2.5', []],
  // GDCM's encoder cannot write an odd number of bytes.
  ['RLE by GDCM', 'gdcmconv', ['--rle'], '1.2.840.10008.1.2.5', ['8 bits', 'RGB']],
  ['JPEG lossless SV1 by DCMTK', 'dcmcjpeg', ['+e1'], '1.2.840.10008.1.2.4.70', []],
  ['JPEG lossless by DCMTK', 'dcmcjpeg', ['+el', '+sv', '6'], '1.2.840.10008.1.2.4.57', []],
  ['JPEG lossless SV1 by GDCM', 'gdcmconv', ['--jpeg'], '1.2.840.10008.1.2.4.70', []],
  ['JPEG-LS by DCMTK', 'dcmcjpls', ['+el'], '1.2.840.10008.1.2.4.80', []],
  ['JPEG-LS by GDCM', 'gdcmconv', ['--jpegls'], '1.2.840.10008.1.2.4.80', []],
  ['JPEG 2000 by GDCM', 'gdcmconv', ['--j2k'], '1.2.840.10008.1.2.4.90', []],
  ['deflated by DCMTK', 'dcmconv', ['+td'], '1.2.840.10008.1.2.1.99', []],
  ['big endian by DCMTK', 'dcmconv', ['+tb'], '1.2.840.10008.1.2.2', []],
  ['implicit by DCMTK', 'dcmconv', ['+ti'], '1.2.840.10008.1.2', []],
];

describe.each(WRITERS)('%s', (label, command, args, uid, not) => {
  const kinds = Object.keys(KINDS).filter((kind) => !not.includes(kind));
  test.skipIf(!hasTool(command)).each(kinds)('%s are as before', async (kind) => {
    const reference = original(kind);
    const path = join(folder.path, `${label}-${kind}.dcm`);
    runTool(command, ...args, reference, path);
    expect((await inspect(path)).header.TransferSyntaxUID).toBe(uid);
    await expectSamePixels(path, reference);
  });
});

/** Commands that lose information, and those that undo them. */
const LOSSY: [label: string, encode: string, args: string[], decode: string, uid: string, kinds: string[]][] = [
  ['JPEG baseline', 'dcmcjpeg', ['+eb'], 'dcmdjpeg', '1.2.840.10008.1.2.4.50', ['8 bits', 'RGB']],
  ['JPEG extended', 'dcmcjpeg', ['+ee'], 'dcmdjpeg', '1.2.840.10008.1.2.4.51', ['8 bits', '12 bits', 'RGB']],
  ['JPEG spectral selection', 'dcmcjpeg', ['+es'], 'dcmdjpeg', '1.2.840.10008.1.2.4.53', ['8 bits', '12 bits', 'RGB']],
  ['JPEG progressive', 'dcmcjpeg', ['+ep'], 'dcmdjpeg', '1.2.840.10008.1.2.4.55', ['8 bits', '12 bits', 'RGB']],
  ['JPEG-LS near-lossless', 'dcmcjpls', ['+en'], 'dcmdjpls', '1.2.840.10008.1.2.4.81', ['8 bits', '12 bits', 'RGB']],
];

describe.each(LOSSY)('%s, against DCMTK', (label, encode, args, decode, uid, kinds) => {
  test.skipIf(!hasTool(encode)).each(kinds)('%s differ by rounding alone', async (kind) => {
    const [path, raw] = ['lossy', 'raw'].map((name) => join(folder.path, `${label}-${kind}-${name}.dcm`)) as [
      string,
      string,
    ];
    runTool(encode, ...args, original(kind), path);
    runTool(decode, path, raw);
    expect((await inspect(path)).header.TransferSyntaxUID).toBe(uid);
    const [ours, theirs] = [await decodeFrame(path, 0), await decodeFrame(raw, 0)];
    expect(ours.lossy).toBe(true);
    const differences = Array.from(ours.pixels, (value, i) => Math.abs(value - theirs.pixels[i]!));
    // On a scale of 8 bits.
    const scale = kind === '12 bits' ? 255 / 4095 : 1;
    expect((differences.reduce((sum, value) => sum + value) / differences.length) * scale).toBeLessThanOrEqual(1);
    expect(Math.max(...differences) * scale).toBeLessThanOrEqual(6);
  });
});

const require = createRequire(import.meta.url);

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  setQuality(reversible: boolean, quality: number): void;
  encode(): void;
}

async function encodeHtj2k(kind: string): Promise<Uint8Array<ArrayBuffer>> {
  const { BitsStored, SamplesPerPixel = 1, PixelRepresentation = 0, PixelData } = KINDS[kind]!;
  const load = require('@cornerstonejs/codec-openjph/wasmjs') as () => Promise<{ HTJ2KEncoder: new () => Encoder }>;
  const encoder = new (await load()).HTJ2KEncoder();
  const info = {
    width: COLUMNS,
    height: ROWS,
    bitsPerSample: BitsStored,
    componentCount: SamplesPerPixel,
    isSigned: PixelRepresentation === 1,
    isUsingColorTransform: SamplesPerPixel === 3,
  };
  const pixels = PixelData as Uint8Array;
  encoder.getDecodedBuffer(info).set(new Uint8Array(pixels.buffer));
  encoder.setQuality(true, 0);
  encoder.encode();
  return new Uint8Array(encoder.getEncodedBuffer());
}

describe('HTJ2K', () => {
  test.each(Object.keys(KINDS).filter((kind) => kind !== 'two frames'))('%s are as before', async (kind) => {
    const fragment = await encodeHtj2k(kind);
    const values = { Rows: ROWS, Columns: COLUMNS, ...KINDS[kind]!, PixelData: { fragments: [fragment] } };
    const path = folder.image(
      kind === 'RGB' ? { ...values, PhotometricInterpretation: 'YBR_RCT' } : values,
      '1.2.840.10008.1.2.4.201',
    );
    const [frame, before] = [await decodeFrame(path, 0), await decodeFrame(original(kind), 0)];
    expect(frame.pixels).toEqual(before.pixels);
    expect(frame.lossy).toBe(false);
  });
});

test('each frame deflated', async () => {
  const PixelData = KINDS['two frames']!.PixelData as Uint16Array<ArrayBuffer>;
  const halves = [PixelData.slice(0, ROWS * COLUMNS), PixelData.slice(ROWS * COLUMNS)];
  const fragments = halves.map((half) => deflateRawSync(new Uint8Array(half.buffer)));
  const values = { Rows: ROWS, Columns: COLUMNS, NumberOfFrames: 2, PixelData: { fragments } };
  const path = folder.image(values, '1.2.840.10008.1.2.8.1');
  expect((await stored(path, 1)).samples).toEqual(halves[1]);
});

test.each([...TRANSFER_SYNTAXES.values()].filter(({ codec }) => codec !== null && 'unsupported' in codec))(
  '$name is refused by name',
  async ({ uid, name, deflated }) => {
    if (deflated) return; // without pixels of its own; the data set could not even be read as written here
    const path = folder.image({ PixelData: { fragments: [Uint8Array.of(1, 2)] } }, uid);
    const { error, header } = await inspect(path);
    expect(error?.code).toBe('dicom.unsupported-syntax');
    expect(english.error(error!)).toContain(name);
    expect(header.Rows).toBe(3);
  },
);

test('an unknown transfer syntax is refused by its UID', async () => {
  const { error } = await inspect(folder.image({ PixelData: { fragments: [Uint8Array.of(1, 2)] } }, '1.2.3.4'));
  expect(english.error(error!)).toContain('1.2.3.4');
});

test('a JPEG 2000 stream in a JP2 file is found', async () => {
  const stream = await encodeHtj2k('12 bits');
  const box = new Uint8Array(12 + 8 + stream.length);
  box.set([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a, 0, 0, 0, 0, 0x6a, 0x70, 0x32, 0x63]);
  box.set(stream, 20);
  const values = { Rows: ROWS, Columns: COLUMNS, ...KINDS['12 bits']!, PixelData: { fragments: [box] } };
  const path = folder.image(values, '1.2.840.10008.1.2.4.201');
  expect((await stored(path)).samples).toEqual(KINDS['12 bits']!.PixelData);
});

describe('a JPEG that contradicts its header', () => {
  const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
  const pixels = KINDS.RGB!.PixelData as Uint8Array<ArrayBuffer>;
  const raw = { raw: { width: COLUMNS, height: ROWS, channels: 3 as const } };
  const rgbImage = (jpeg: Uint8Array, PhotometricInterpretation: string) => {
    const values = { Rows: ROWS, Columns: COLUMNS, ...KINDS.RGB!, PhotometricInterpretation };
    return decodeFrame(folder.image({ ...values, PixelData: { fragments: [jpeg] } }, JPEG_BASELINE), 0);
  };

  /** The marker that sharp leaves out (JFIF 1.1, no density). */
  const JFIF = Buffer.from('ffe000104a46494600010100000100010000', 'hex');

  // JFIF is always YBR; so is what stores two of its components coarser.
  test.each([
    ['4:4:4', 1],
    ['4:2:0', 6],
  ])('YBR of %s in a file that says RGB', async (chromaSubsampling, tolerance) => {
    const stripped = await sharp(pixels, raw).jpeg({ quality: 90, chromaSubsampling }).toBuffer();
    const jfif = Buffer.concat([stripped.subarray(0, 2), JFIF, stripped.subarray(2)]);
    const jpeg = chromaSubsampling === '4:4:4' ? jfif : stripped;
    const expected = await sharp(jpeg).raw().toBuffer();
    const frame = await rgbImage(jpeg, 'RGB');
    const distances = Array.from(frame.pixels, (value, i) => Math.abs(value - expected[i]!));
    // Decoders upsample colours differently; a wrong colour space differs by tens.
    expect(distances.reduce((sum, value) => sum + value) / distances.length).toBeLessThan(tolerance);
    expect(frame.warnings).toEqual([{ code: 'dicom.colour-contradiction' }]);
    expect((await rgbImage(jpeg, 'YBR_FULL_422')).pixels).toEqual(frame.pixels);
  });

  test('a stream without its end is shown with a warning', async () => {
    const jpeg = await sharp(pixels, raw).jpeg().toBuffer();
    const frame = await rgbImage(jpeg.subarray(0, -200), 'YBR_FULL_422');
    expect(frame.warnings).toEqual([{ code: 'dicom.end-missing' }]);
  });

  test('another size is an error', async () => {
    const jpeg = await sharp(pixels, raw).resize(20, 20).jpeg().toBuffer();
    await expect(rgbImage(jpeg, 'YBR_FULL_422')).rejects.toMatchObject({ code: 'dicom.corrupt' });
  });
});

test('samples of more bits than are allocated are an error', async () => {
  const fragment = await encodeHtj2k('12 bits');
  const eight = { Rows: ROWS, Columns: COLUMNS, BitsAllocated: 8, BitsStored: 8, HighBit: 7 };
  const path = folder.image({ ...eight, PixelData: { fragments: [fragment] } }, '1.2.840.10008.1.2.4.201');
  await expect(decodeFrame(path, 0)).rejects.toMatchObject({ code: 'dicom.unsupported-pixels' });
});

test('a file cut within its compressed frame is an error', async () => {
  const fragment = await encodeHtj2k('12 bits');
  const values = { Rows: ROWS, Columns: COLUMNS, ...KINDS['12 bits']!, PixelData: { fragments: [fragment] } };
  const whole = readFileSync(folder.image(values, '1.2.840.10008.1.2.4.201'));
  const { error } = await inspect(folder.file(whole.subarray(0, whole.length - 500)));
  expect(error?.code).toBe('dicom.corrupt');
});
