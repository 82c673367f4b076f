import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { decodeFrame, inspect, readHeader } from './index.ts';
import { sharp } from './raster/codec.ts';
import { TestFolder, grayscale } from './testing/image.ts';

const folder = new TestFolder();
afterAll(() => {
  folder.remove();
});

test('a frame carries the digest that inspect gives, also where a table or a palette changes what is shown', async () => {
  const bytes = Uint8Array.from({ length: 12 }, (_, i) => i);
  const grey = { 'LUTDescriptor/US': [12, 0, 16], 'LUTData/OW': Uint16Array.from({ length: 12 }, (_, i) => i * 5) };
  const palette = Object.fromEntries(
    ['Red', 'Green', 'Blue'].flatMap((colour) => [
      [`${colour}PaletteColorLookupTableDescriptor/US`, [12, 0, 16]],
      [`${colour}PaletteColorLookupTableData`, Uint16Array.from({ length: 12 }, (_, i) => i << 8)],
    ]),
  );
  const eight = { BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelData: bytes };
  const picture = await sharp(bytes, { raw: { width: 4, height: 3, channels: 1 } })
    .png()
    .toBuffer();
  const paths = [
    folder.image({}),
    folder.image({ ModalityLUTSequence: [grey] }),
    folder.image({ ...eight, PhotometricInterpretation: 'PALETTE COLOR', ...palette }),
    folder.file(picture),
  ];
  for (const path of paths) {
    const { content } = await decodeFrame(path, 0);
    expect(content.sha256).toBe((await inspect(path)).frame0!.sha256);
    expect(content.fileVersion).toBe((await readHeader(path)).fileVersion);
  }
});

test('a file that takes the name of another, with its size and its time, is another version and is read anew', async () => {
  const path = folder.image({});
  const before = await decodeFrame(path, 0);
  const { atime, mtime } = statSync(path);
  const other = folder.image({ PixelData: Uint16Array.from(grayscale.PixelData, (value) => value + 1) });
  expect(readFileSync(other).byteLength).toBe(readFileSync(path).byteLength);
  utimesSync(other, atime, mtime);
  renameSync(other, path);
  const after = await decodeFrame(path, 0);
  expect(after.content.fileVersion).not.toBe(before.content.fileVersion);
  expect(after.content.sha256).not.toBe(before.content.sha256);
});

test('what was written anew in place is another version', async () => {
  const path = folder.image({});
  const before = await decodeFrame(path, 0);
  writeFileSync(path, readFileSync(folder.image({ RescaleSlope: '2' })));
  const after = await decodeFrame(path, 0);
  expect(after.rescale.slope).toBe(2);
  expect(after.content.fileVersion).not.toBe(before.content.fileVersion);
});
