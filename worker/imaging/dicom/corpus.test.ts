import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { english } from '../../../models/texts/texts.ts';
import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { Inspection } from '../../protocol.ts';
import { HifuseError } from '../../../models/errors.ts';
import { withImageFile } from '../image-file.ts';
import { decodeFrame, inspect, readElements, readHeader } from '../index.ts';
import { corpus, hasCorpus, type Expected } from '../testing/corpus.ts';
import { hasTool, runTool } from '../testing/tools.ts';
import { parseDicom } from './parse.ts';
import { readStoredFrame } from './stored.ts';
import { transferSyntax } from './syntaxes.ts';

/** Files where this decoder differs from the one decoder that could read them, and why it may. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'pydicom/test_files/badVR.dcm':
    'NumberOfFrames is "1A", no number: the one decoder counts 15 frames from the length and gives all of them.',
};

const HEADER_FACTS = ['Rows', 'Columns', 'SamplesPerPixel', 'BitsAllocated', 'BitsStored', 'HighBit', 'Modality'];

const files = corpus();
const withFrame = files.filter(({ name, expected }) => expected.frame0 && !(name in DIFFERENCES));
const isLossy = ({ transferSyntax: uid }: Expected) => transferSyntax(uid).lossy || uid.endsWith('.4.91');
const lossless = withFrame.filter(({ expected }) => !isLossy(expected));
const lossy = withFrame.filter(({ expected }) => isLossy(expected));
const others = files.filter(({ name, expected }) => !expected.frame0 || name in DIFFERENCES);

describe.skipIf(!hasCorpus)('the corpus of others', () => {
  test.each(lossless)('$name has the values that other decoders found', async ({ path, expected }) => {
    const { frame0, error } = await inspected(path);
    expect(error).toBeNull();
    const accepted = [expected.frame0, expected.frame0OtherDecoder].map((frame) => frame?.sha256);
    expect(accepted).toContain(frame0?.sha256);
  });

  test.each(files)('$name has the header that others read', async ({ path, expected }) => {
    const { header } = await inspected(path);
    for (const keyword of HEADER_FACTS) {
      if (expected[keyword] !== undefined && expected[keyword] !== '')
        expect(header[keyword]).toEqual(expected[keyword]);
    }
  });

  test.each(withFrame)('$name gives a frame and a header for lists', async ({ path, expected }) => {
    const frame = await decodeFrame(path, 0);
    expect([frame.rows, frame.columns]).toEqual(expected.frame0!.shape.slice(0, 2));
    expect(frame.pixels.length).toBe(frame.rows * frame.columns * (frame.colour === 'rgb' ? 3 : 1));
    const header = await readHeader(path);
    expect(header).toMatchObject({ rows: frame.rows, columns: frame.columns, frames: expected.NumberOfFrames ?? 1 });
    expect((await readElements(path)).length).toBeGreaterThan(3);
  });

  test.each(others)('$name gives an image or an error that says why not', async ({ path }) => {
    const { frame0, error } = await inspected(path);
    if (error) {
      expect(error.code).toMatch(/^(dicom|image)\./);
      expect(english.error(error)).toContain(path.split('/').at(-1));
      await expect(decodeFrame(path, 0)).rejects.toBeInstanceOf(HifuseError);
    } else expect(frame0).not.toBeNull();
  });
});

describe.skipIf(!hasCorpus || !hasTool('gdcmconv'))('lossy files of the corpus, against GDCM', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hifuse-corpus-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test.each(lossy)('$name differs by rounding alone', async ({ path }) => {
    const raw = join(folder, 'raw.dcm');
    runTool('gdcmconv', '--raw', path, raw);
    const [ours, theirs] = [await stored(path), await stored(raw)];
    const { mean, largest } = difference(ours.samples, theirs.samples);
    // On the scale of 8 bits.
    const scale = 255 / (2 ** ours.description.bitsStored - 1);
    expect(mean * scale).toBeLessThanOrEqual(1);
    expect(largest * scale).toBeLessThanOrEqual(6);
  });
});

/** Each file is decoded once for all tests. */
const inspections = new Map<string, Promise<Inspection>>();
const inspected = (path: string): Promise<Inspection> => {
  const found = inspections.get(path) ?? inspect(path);
  inspections.set(path, found);
  return found;
};

const stored = (path: string) => withImageFile(path, (file) => readStoredFrame(file, parseDicom(file), 0));

function difference(a: PixelArray, b: PixelArray): { mean: number; largest: number } {
  expect(a.length).toBe(b.length);
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs(a[i]! - b[i]!);
    sum += distance;
    largest = Math.max(largest, distance);
  }
  return { mean: sum / a.length, largest };
}
