import { describe, expect, test } from 'vitest';
import { phantom } from '../../testing/image.ts';
import { sharp } from '../../raster/codec.ts';
import { hasEntropyFlaw } from './jpeg-entropy.ts';

const [ROWS, COLUMNS] = [70, 90];
const grey = Uint8Array.from(phantom(ROWS, COLUMNS, 8));
const colour = Uint8Array.from({ length: ROWS * COLUMNS * 3 }, (_, i) => grey[(i * 7) % grey.length]!);

type Options = Parameters<ReturnType<typeof sharp>['jpeg']>[0];

const encode = async (channels: 1 | 3, options: Options, pixels = channels === 1 ? grey : colour) => {
  const image = sharp(pixels, { raw: { width: COLUMNS, height: ROWS, channels } });
  return new Uint8Array(
    await image
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .jpeg(options)
      .toBuffer(),
  );
};

/** Where the entropy-coded data begins: behind the header of the first scan. */
const dataOf = (bytes: Uint8Array): number => {
  const scan = Buffer.from(bytes).indexOf(Buffer.of(0xff, 0xda));
  return scan + 2 + new DataView(bytes.buffer).getUint16(scan + 2);
};

describe('sound data', () => {
  test.each<[string, 1 | 3, Options]>([
    ['grey', 1, { quality: 90 }],
    ['of low quality', 1, { quality: 1 }],
    ['of the highest quality', 3, { quality: 100 }],
    ['colour, subsampled', 3, { quality: 80 }],
    ['colour, not subsampled', 3, { quality: 80, chromaSubsampling: '4:4:4' }],
    ['with tables of its own', 3, { quality: 80, optimiseCoding: true }],
    ['with standard tables', 3, { quality: 80, optimiseCoding: false }],
  ])('%s has no flaw', async (_, channels, options) => {
    expect(hasEntropyFlaw(await encode(channels, options))).toBe(false);
  });

  test.each([0, 255])('of one grey level, %i, has none', async (level) => {
    expect(hasEntropyFlaw(await encode(1, { quality: 100 }, new Uint8Array(ROWS * COLUMNS).fill(level)))).toBe(false);
  });
});

describe('damage that a decoder does not notice', () => {
  test('bytes that are left over before the end', async () => {
    const bytes = await encode(1, { quality: 90 });
    const more = Buffer.concat([bytes.subarray(0, -2), Buffer.of(0x12, 0x34), bytes.subarray(-2)]);
    expect(hasEntropyFlaw(new Uint8Array(more))).toBe(true);
  });

  test('blocks that are missing before the end', async () => {
    const bytes = await encode(1, { quality: 90 });
    const less = Buffer.concat([bytes.subarray(0, -60), bytes.subarray(-2)]);
    expect(hasEntropyFlaw(new Uint8Array(less))).toBe(true);
  });

  test('coefficients that no picture gives', async () => {
    const bytes = await encode(1, { quality: 90, optimiseCoding: false });
    // Ones: the longest codes, of the largest values.
    const at = dataOf(bytes) + 40;
    for (let i = at; i < at + 24; i += 2) bytes.set([0xfe, 0xfe], i);
    expect(hasEntropyFlaw(bytes)).toBe(true);
  });
});

test('what is not sequential is not followed', async () => {
  expect(hasEntropyFlaw(await encode(1, { progressive: true }))).toBe(false);
});
