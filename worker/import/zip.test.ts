import { describe, expect, test } from 'vitest';
import { MemorySource } from './testing/checkpoints.ts';
import { concat, writeZip, type ZipPart } from './testing/zip-writer.ts';
import { ZipArchive } from './zip.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const PARTS: ZipPart[] = [
  { name: 'a/one', bytes: text('first') },
  { name: 'a/two', bytes: text('x'.repeat(10_000)), deflate: true },
];

async function readAll(bytes: Uint8Array, size?: number): Promise<string[]> {
  const archive = await ZipArchive.open(new MemorySource(bytes, size));
  const contents: string[] = [];
  for (const entry of archive.entries.values()) contents.push(Buffer.from(await archive.read(entry)).toString());
  return contents;
}

describe('reads', () => {
  test.each([[false], [true]])('stored and deflated entries (ZIP64: %s)', async (zip64) => {
    expect(await readAll(writeZip(PARTS, { zip64 }))).toEqual(['first', 'x'.repeat(10_000)]);
  });

  test('a part of an entry', async () => {
    const archive = await ZipArchive.open(new MemorySource(writeZip(PARTS)));
    const [one, two] = [...archive.entries.values()];
    expect(Buffer.from(await archive.read(one!, 1, 3)).toString()).toBe('irs');
    expect(await archive.read(two!, 9_990, 10)).toHaveLength(10);
    await expect(archive.read(one!, 3, 3)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  });

  test('the beginning of a deflated entry without the rest', async () => {
    const size = 64 * 2 ** 20;
    const archive = await ZipArchive.open(
      new MemorySource(writeZip([{ name: 'bomb', bytes: new Uint8Array(size), deflate: true }])),
    );
    const [bomb] = [...archive.entries.values()];
    const before = process.memoryUsage().arrayBuffers;
    expect(await archive.read(bomb!, 0, 16)).toEqual(new Uint8Array(16));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });

  test('a deflated entry part by part, then whole', async () => {
    const bytes = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) >> 5);
    const archive = await ZipArchive.open(new MemorySource(writeZip([{ name: 'one', bytes, deflate: true }])));
    const [one] = [...archive.entries.values()];
    for (const begin of [0, 60_000, 65_530, 300_000, 999_900]) {
      expect(await archive.read(one!, begin, 100)).toEqual(bytes.slice(begin, begin + 100));
    }
    expect(Buffer.compare(await archive.read(one!), bytes)).toBe(0);
  });

  test('an archive with a comment', async () => {
    const bytes = writeZip(PARTS);
    const comment = text('PK\x05\x06 is no end record');
    const commented = concat([bytes, comment]);
    new DataView(commented.buffer).setUint16(bytes.length - 2, comment.length, true);
    expect(await readAll(commented)).toHaveLength(2);
  });
});

describe('refuses', () => {
  const one = (claims: ZipPart['claims'], deflate = false): Uint8Array =>
    writeZip([{ name: 'one', bytes: text('0'.repeat(1000)), deflate, claims: claims! }]);
  const patched = (at: (view: DataView) => void): Uint8Array => {
    const bytes = writeZip(PARTS);
    at(new DataView(bytes.buffer));
    return bytes;
  };
  const end = (view: DataView): number => view.byteLength - 22;

  test.each([
    ['no directory', text('PK\x03\x04 and nothing more')],
    ['a cut-off file', writeZip(PARTS).slice(0, -30)],
    ['a wrong checksum', one({ crc: 1234 })],
    ['an entry beyond the file', one({ size: 100_000 })],
    ['a bomb: more than it claims', one({ size: 10 }, true)],
    ['less than it claims', one({ size: 2000 }, true)],
    ['a claim of 3 GB', one({ size: 3 * 2 ** 30 }, true)],
    ['two entries of one name', writeZip([PARTS[0]!, PARTS[0]!])],
    ['an unknown method', patched((v) => v.setUint16(v.getUint32(end(v) + 16, true) + 10, 14, true))],
    ['encryption', patched((v) => v.setUint16(v.getUint32(end(v) + 16, true) + 8, 1, true))],
    ['a directory beyond the file', patched((v) => v.setUint32(end(v) + 16, 0x7fffffff, true))],
    ['a directory of 4 GB', patched((v) => v.setUint32(end(v) + 12, 0xfffffffe, true))],
    ['more entries than there are', patched((v) => v.setUint16(end(v) + 10, 60_000, true))],
    [
      'an entry that is not where it should be',
      patched((v) => v.setUint32(v.getUint32(end(v) + 16, true) + 42, 3, true)),
    ],
  ])('%s', async (_, bytes) => {
    await expect(readAll(bytes)).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  });
});

test('what cannot be inflated is not tried: nothing deflates further than 1032 to 1', async () => {
  const bytes = writeZip([
    { name: 'a', bytes: text('0'.repeat(1000)), deflate: true, claims: { size: 900 * 2 ** 20 } },
  ]);
  const archive = await ZipArchive.open(new MemorySource(bytes));
  await expect(archive.read(archive.entries.get('a')!)).rejects.toMatchObject({
    message: expect.stringContaining('more than is believed') as string,
  });
});
