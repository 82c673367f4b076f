import { afterAll, describe, expect, test } from 'vitest';
import { withImageFile } from '../image-file.ts';
import { TestFolder } from '../testing/image.ts';
import { parseDicom } from './parse.ts';
import { readStoredFrame } from './stored.ts';
import type { DataSetValues } from './write.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

const ENCAPSULATED_UNCOMPRESSED = '1.2.840.10008.1.2.1.98';
const image = { Rows: 2, Columns: 2, BitsAllocated: 8, BitsStored: 8, HighBit: 7 };
/** Three frames that start as JPEG streams do, so that they can be told apart. */
const frames = [1, 2, 3].map((n) => Uint8Array.of(0xff, 0xd8, 0xff, n));

async function read(values: DataSetValues, frame: number): Promise<number[]> {
  const path = folder.image({ ...image, NumberOfFrames: 3, ...values }, ENCAPSULATED_UNCOMPRESSED);
  const { samples } = await withImageFile(path, (file) => readStoredFrame(file, parseDicom(file), frame));
  return [...samples];
}

const halves = frames.flatMap((frame) => [frame.slice(0, 2), frame.slice(2)]);
const uneven = [frames[0]!, frames[1]!.slice(0, 4), frames[2]!];

describe('the frames of encapsulated pixel data', () => {
  test.each<[string, DataSetValues]>([
    ['one fragment each, no offset table', { PixelData: { fragments: frames } }],
    ['one fragment each, basic offset table', { PixelData: { fragments: frames, offsets: [0, 12, 24] } }],
    ['two fragments each, basic offset table', { PixelData: { fragments: halves, offsets: [0, 20, 40] } }],
    ['an offset table that is wrong', { PixelData: { fragments: uneven, offsets: [0, 7, 9] } }],
    ['an offset table of too few entries', { PixelData: { fragments: frames, offsets: [0] } }],
    [
      'extended offset table',
      {
        ExtendedOffsetTable: [0n, 12n, 24n],
        ExtendedOffsetTableLengths: [4n, 4n, 4n],
        PixelData: { fragments: frames },
      },
    ],
    [
      'extended offset table that is wrong',
      {
        ExtendedOffsetTable: [0n, 12n, 1000n],
        ExtendedOffsetTableLengths: [4n, 4n, 4n],
        PixelData: { fragments: frames },
      },
    ],
  ])('%s', async (_, values) => {
    for (const [i, frame] of frames.entries()) expect(await read(values, i)).toEqual([...frame]);
  });

  test('fragments without a table are grouped by where streams start', async () => {
    const fragments = [frames[0]!, Uint8Array.of(9, 9), frames[1]!, frames[2]!, Uint8Array.of(9, 9)];
    for (const [i, frame] of frames.entries()) expect(await read({ PixelData: { fragments } }, i)).toEqual([...frame]);
  });

  test('many fragments of one frame are joined', async () => {
    const fragments = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)];
    expect(await read({ NumberOfFrames: 1, PixelData: { fragments } }, 0)).toEqual([1, 2, 3, 4]);
  });

  test('fragments that fit no number of frames are an error', async () => {
    const fragments = [1, 2, 3, 4, 5].map((n) => Uint8Array.of(n, n));
    await expect(read({ PixelData: { fragments } }, 0)).rejects.toMatchObject({ code: 'dicom.corrupt' });
  });

  test('a frame that was declared and is not there is an error', async () => {
    await expect(read({ PixelData: { fragments: frames.slice(0, 2) } }, 2)).rejects.toMatchObject({
      code: 'image.no-such-frame',
    });
  });
});

describe('how many frames there are', () => {
  const declared = async (values: DataSetValues) => {
    const path = folder.image({ ...image, NumberOfFrames: 5, ...values }, ENCAPSULATED_UNCOMPRESSED);
    return withImageFile(path, (file) => parseDicom(file).pixels?.mostFrames);
  };
  const pieces = [...frames, Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)];

  test.each<[string, DataSetValues, number]>([
    ['streams that start, not their fragments', { PixelData: { fragments: pieces } }, 3],
    ['what an offset table names', { PixelData: { fragments: pieces, offsets: [0, 12, 24, 36, 48] } }, 5],
    ['fragments, where streams cannot be told', { PixelData: { fragments: pieces.slice(3) } }, 2],
    ['no more than are declared', { PixelData: { fragments: [...frames, ...frames] } }, 5],
  ])('%s', async (_, values, count) => {
    expect(await declared(values)).toBe(count);
  });
});
