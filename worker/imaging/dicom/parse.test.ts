import { closeSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { english } from '../../../models/texts/texts.ts';
import { withImageFile, type ImageFile } from '../image-file.ts';
import { decodeFrame, inspect, readElements, readHeader } from '../index.ts';
import { LIMITS } from '../limits.ts';
import { TestFolder, grayscale } from '../testing/image.ts';
import { hasTool, runTool } from '../testing/tools.ts';
import { looksLikeDicom, parseDicom } from './parse.ts';
import { encodeDataSet, encodeDicom } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

const pixels = [...grayscale.PixelData];

async function expectImage(path: string): Promise<void> {
  expect([...(await decodeFrame(path, 0)).pixels]).toEqual(pixels);
}

describe('files that are not quite as they should be', () => {
  const whole = encodeDicom(grayscale);
  const META_START = 132;
  const dataSet = encodeDataSet(grayscale);

  test('a preamble is missing', () => expectImage(folder.file(whole.subarray(128))));
  test('the preamble and DICM are missing', () => expectImage(folder.file(whole.subarray(META_START))));
  test('the meta header is missing', () => expectImage(folder.file(dataSet)));
  test('preamble without a meta header', () =>
    expectImage(folder.file(Buffer.concat([whole.subarray(0, META_START), dataSet]))));

  test.each([0, 7, 0xffffffff])('the group length of the meta header is %d', async (length) => {
    const bytes = whole.slice();
    new DataView(bytes.buffer).setUint32(META_START + 8, length, true);
    await expectImage(folder.file(bytes));
  });

  test.skipIf(!hasTool('dcmconv')).each([
    ['implicit without meta header', ['+ti', '-F']],
    ['explicit big endian without meta header', ['+tb', '-F']],
    ['undefined lengths', ['+e', '-g']],
    ['group lengths', ['+g']],
  ])('%s', async (label, args) => {
    const path = join(folder.path, `${label}.dcm`);
    const items = [{ CodeValue: '1', ConceptCodeSequence: [{ CodeValue: '2' }] }];
    runTool('dcmconv', ...args, folder.image({ ProcedureCodeSequence: items }), path);
    await expectImage(path);
    expect((await inspect(path)).header.ProcedureCodeSequence).toEqual([
      { CodeValue: '1', ConceptCodeSequence: [{ CodeValue: '2' }] },
    ]);
  });

  test('the meta header says implicit, the data set is explicit', async () => {
    await expectImage(folder.image({}, '1.2.840.10008.1.2'));
  });

  test('GE wrote big endian pixels into a little endian data set', async () => {
    const PixelData = grayscale.PixelData.map((value) => ((value & 0xff) << 8) | (value >> 8));
    await expectImage(folder.image({ PixelData }, '1.2.840.113619.5.2'));
  });

  test('an image without transfer syntax says so', async () => {
    const frame = await decodeFrame(folder.file(dataSet), 0);
    expect(frame.warnings).toContainEqual({ code: 'dicom.no-transfer-syntax' });
  });
});

describe('files that are damaged', () => {
  test.each([132, 140, 133 + 12])('nothing but %d bytes', async (length) => {
    const { error } = await inspect(folder.file(encodeDicom(grayscale).subarray(0, length)));
    expect(error?.code).toBe('dicom.corrupt');
    expect(english.error(error!)).not.toContain('unforeseen');
  });

  test('cut before the pixels', async () => {
    const whole = encodeDicom({ ...grayscale, ImageComments: 'x'.repeat(300) });
    const { error } = await inspect(folder.file(whole.subarray(0, whole.length - 60)));
    expect(error).toMatchObject({ code: 'dicom.corrupt' });
  });

  test.each([
    ['sequences nested without end', 30_000],
    ['sequences nested deep', 200],
  ])('%s', async (_, depth) => {
    const open = Buffer.from('0800' + '4011' + '5351' + '0000' + 'ffffffff' + 'feff00e0ffffffff', 'hex');
    const bytes = Buffer.concat([encodeDicom({ Modality: 'CT' }), ...Array.from({ length: depth }, () => open)]);
    const path = folder.file(bytes);
    const { error } = await inspect(path);
    expect(error?.code).toMatch(/^dicom\./);
    expect(JSON.stringify(await readElements(path)).length).toBeLessThan(1e6);
  });

  test('a deflated bomb', async () => {
    const bomb = deflateRawSync(Buffer.alloc(LIMITS.inflatedBytes + 1));
    const meta = encodeDicom({}, '1.2.840.10008.1.2.1.99');
    const { error } = await inspect(folder.file(Buffer.concat([meta, bomb])));
    expect(error?.code).toBe('file.too-large');
  });

  test('a deflated data set that is cut off', async () => {
    const meta = encodeDicom({}, '1.2.840.10008.1.2.1.99');
    const deflated = deflateRawSync(
      encodeDataSet({ ...grayscale, PixelData: new Uint16Array(12).map((_, i) => i * 991) }),
    );
    const { error, header } = await inspect(folder.file(Buffer.concat([meta, deflated.subarray(0, -16)])));
    expect(error?.code).toMatch(/^dicom\./);
    expect(header.Rows).toBe(3);
  });

  test('messages name the file, and nobody', async () => {
    const path = folder.image({ PatientName: 'Geheim^Gerda', PatientID: '4711-secret', BitsAllocated: 13 });
    const { error } = await inspect(path);
    expect(english.error(error!)).toContain(path.split('/').at(-1));
    expect(JSON.stringify(error)).not.toMatch(/Geheim|4711|hifuse-imaging/);
  });
});

test('a DICOMDIR is told from an image', async () => {
  const values = { SOPClassUID: '1.2.840.10008.1.3.10', DirectoryRecordSequence: [{ DirectoryRecordType: 'PATIENT' }] };
  await expect(readHeader(folder.file(encodeDicom(values)))).rejects.toMatchObject({
    code: 'dicom.no-pixel-data',
    message: expect.stringContaining('DICOMDIR'),
  });
});

describe('what is read of a file', () => {
  /** Counts the bytes that pass. */
  function counting(file: ImageFile) {
    const count = { bytes: 0 };
    const read = (offset: number, length: number) => {
      const bytes = file.read(offset, length);
      count.bytes += bytes.byteLength;
      return bytes;
    };
    return { count, source: { ...file, read } };
  }

  test('a header stops at the pixel data', async () => {
    const PixelData = new Uint16Array(2000 * 2000);
    const path = folder.image({ Rows: 2000, Columns: 2000, PixelData });
    await withImageFile(path, (file) => {
      const { count, source } = counting(file);
      expect(parseDicom(source).pixels?.length).toBe(PixelData.byteLength);
      expect(count.bytes).toBeLessThanOrEqual(3 * LIMITS.firstRead);
    });
  });

  test('a long header is read whole', async () => {
    const path = folder.image({ '00091010/OB': new Uint8Array(3_000_000) });
    await expectImage(path);
  });

  test('the last frame of a file of 4 GB comes at once', async () => {
    const [rows, columns, frames] = [1024, 1024, 2000];
    const header = encodeDicom({
      ...grayscale,
      Rows: rows,
      Columns: columns,
      NumberOfFrames: frames,
      PixelData: new Uint16Array(),
    });
    const length = rows * columns * 2 * frames;
    new DataView(header.buffer).setUint32(header.length - 4, length, true);
    const path = folder.file(header);
    truncateSync(path, header.length + length); // sparse: nothing but the header stands on the disk
    const file = openSync(path, 'r+');
    writeSync(file, Uint8Array.of(0x34, 0x02), 0, 2, header.length + length - 2);
    closeSync(file);
    const start = performance.now();
    const frame = await decodeFrame(path, frames - 1);
    expect(frame.pixels.at(-1)).toBe(0x234);
    expect(performance.now() - start).toBeLessThan(2000);
    expect((await readHeader(path)).frames).toBe(frames);
  });
});

test('what is no DICOM is not taken for it', () => {
  expect(looksLikeDicom(readFileSync(new URL(import.meta.url)))).toBe(false);
  expect(looksLikeDicom(new Uint8Array(1024))).toBe(false);
  expect(looksLikeDicom(Uint8Array.of(8, 0))).toBe(false);
});
