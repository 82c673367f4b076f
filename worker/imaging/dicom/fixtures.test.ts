/** Every transfer syntax that can be decoded, from files that stand in the repository: no tool need be installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeFrame, inspect } from '../index.ts';
import { phantom } from '../testing/image.ts';
import { TRANSFER_SYNTAXES } from './syntaxes.ts';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'compressed');
const FILES = JSON.parse(readFileSync(join(FOLDER, 'compressed.json'), 'utf8')) as Record<string, string>;

const [ROWS, COLUMNS] = [48, 64];
const PICTURES: Record<string, Uint16Array> = {
  grey8: phantom(ROWS, COLUMNS, 8),
  grey12: phantom(ROWS, COLUMNS, 12),
  rgb: phantom(ROWS, COLUMNS * 3, 8),
};
/** Of the values of a lossy file with those of the picture: DCMTK stretches grey levels before it compresses them. */
const CORRELATION = 0.99;

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: ArrayLike<number>, meanX: number, y: ArrayLike<number>, meanY: number) =>
    Array.from(x).reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}

describe('fixtures', () => {
  test.each(Object.entries(FILES))('%s', async (name, picture) => {
    const samples = PICTURES[picture]!;
    const frame = await decodeFrame(join(FOLDER, name), 0);
    expect(frame.warnings).toEqual([]);
    expect(frame.pixels.length).toBe(samples.length);
    const lossy = /baseline|extended|spectral|progressive|near|lossy/.test(name);
    if (lossy) expect(correlation(frame.pixels, samples)).toBeGreaterThan(CORRELATION);
    else expect(Array.from(frame.pixels)).toEqual(Array.from(samples));
    expect(frame.lossy).toBe(lossy);
  });

  test('hold every syntax with a decoder, but one whose codec another covers', async () => {
    const found = await Promise.all(Object.keys(FILES).map((name) => inspect(join(FOLDER, name))));
    const uids = new Set(found.map(({ header }) => header.TransferSyntaxUID));
    const without = [...TRANSFER_SYNTAXES.values()].filter(
      ({ codec, uid }) => typeof codec === 'function' && !uids.has(uid),
    );
    // HTJ2K in order of resolution, which OpenJPH's encoder is not asked for.
    expect(without.map(({ uid }) => uid)).toEqual(['1.2.840.10008.1.2.4.202']);
  });
});
