import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSamples, type Files } from './samples.ts';

const SAMPLES = join(import.meta.dirname, '..', '..', 'samples');
const MAX_TOTAL_BYTES = 6 * 2 ** 20;

const made: Promise<Files> = makeSamples();

test('the DICOM samples are those that the generator makes, byte for byte', async () => {
  const dicoms = [...(await made)].filter(([name]) => name.endsWith('.dcm'));
  expect(dicoms).toHaveLength(26);
  for (const [name, bytes] of dicoms) {
    expect(Buffer.compare(readFileSync(join(SAMPLES, name)), bytes), name).toBe(0);
  }
});

test('all samples are there and small', async () => {
  const names = [...(await made).keys()];
  expect(names.filter((name) => !existsSync(join(SAMPLES, name)))).toEqual([]);
  const total = names.reduce((sum, name) => sum + readFileSync(join(SAMPLES, name)).length, 0);
  expect(total).toBeLessThan(MAX_TOTAL_BYTES);
});

test('every DICOM sample says that it is synthetic', async () => {
  for (const [name, bytes] of await made) {
    if (!name.endsWith('.dcm')) continue;
    const header = Buffer.from(bytes.subarray(0, 2048)).toString('latin1');
    expect(header, name).toContain('SYNTHETIC^PHANTOM');
    expect(header, name).toContain('SYNTHETIC PHANTOM - not a patient');
  }
});
