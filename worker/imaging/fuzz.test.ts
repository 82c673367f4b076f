import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { randomFrom } from '../../models/random.ts';
import { createImagingPool, type ImagingPool } from './pool.ts';
import { corpus } from './testing/corpus.ts';
import { TestFolder, grayscale, phantom } from './testing/image.ts';
import { mutate } from './testing/mutate.ts';
import { buildThreadEntry } from './testing/thread-entry.ts';

/**
 * Damaged files end in an image or in an error with a code: never in a crash, a hang or unbounded memory. In full with
 * HIFUSE_LONG=1; a slice of the same cases otherwise.
 */
const CASES = process.env.HIFUSE_LONG === '1' ? 3000 : 150;
const HANG_MS = 10_000;
const MAX_RSS = 2 ** 30;
const BATCH = 25;
/** Larger files make the same point slowly. */
const MAX_FILE_BYTES = 2 ** 20;

const folder = new TestFolder();
const damaged = mkdtempSync(join(tmpdir(), 'hifuse-fuzz-'));
afterAll(() => {
  folder.remove();
  rmSync(damaged, { recursive: true });
});

/** Made here, so that there is something to damage where the corpus is absent. */
const generated = [
  folder.image({}),
  folder.image({ Rows: 40, Columns: 40, NumberOfFrames: 2, PixelData: phantom(80, 40, 12) }),
  folder.image({
    PerFrameFunctionalGroupsSequence: [{ FrameVOILUTSequence: [{ WindowCenter: 1, WindowWidth: 2 }] }],
    VOILUTSequence: [{ LUTDescriptor: [4, 0, 16], 'LUTData/US': [1, 2, 3, 4] }],
  }),
  folder.image(
    {
      ...grayscale,
      NumberOfFrames: 2,
      PixelData: { fragments: [new Uint8Array(24), new Uint8Array(24)], offsets: [0, 32] },
    },
    '1.2.840.10008.1.2.1.98',
  ),
];

const originals = [...generated, ...corpus().map(({ path }) => path)].filter(
  (path) => readFileSync(path).byteLength <= MAX_FILE_BYTES,
);

describe('damaged files', () => {
  let pool: ImagingPool;
  beforeAll(async () => {
    pool = createImagingPool({ threads: 2, timeoutMs: HANG_MS, entry: await buildThreadEntry('fuzz') });
  });
  afterAll(() => pool.close());

  async function attempt(seed: number): Promise<'image' | 'error'> {
    const next = randomFrom(seed);
    const original = originals[Math.floor(next() * originals.length)]!;
    const path = join(damaged, `case-${seed}.dcm`);
    writeFileSync(path, mutate(readFileSync(original), next));
    const outcomes = await Promise.allSettled([
      pool.frame({ path, frame: 0 }),
      pool.inspect({ path }),
      pool.elements({ path }),
      pool.header({ path }),
    ]);
    rmSync(path);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      const error = outcome.reason as HifuseError;
      const about = `seed ${seed} of ${original}: ${error.message}`;
      expect(error, about).toBeInstanceOf(HifuseError);
      expect(error.code, about).toMatch(/^(dicom|image|file)\./);
      expect(error.code, about).not.toBe('image.timeout');
      // What is said of a thread that died, and of errors that nobody wrote.
      expect(error.message, about).not.toMatch(/made its decoder fail|unforeseen/);
    }
    return outcomes[0].status === 'fulfilled' ? 'image' : 'error';
  }

  test(`${CASES} of them give an image or an error with a code`, { timeout: CASES * 2000 }, async () => {
    const results = { image: 0, error: 0 };
    for (let start = 0; start < CASES; start += BATCH) {
      const seeds = Array.from({ length: BATCH }, (_, i) => start + i);
      for (const result of await Promise.all(seeds.map(attempt))) results[result]++;
      expect(process.memoryUsage().rss).toBeLessThan(MAX_RSS);
    }
    // Neither outcome alone would tell anything.
    expect(results.image).toBeGreaterThan(CASES / 20);
    expect(results.error).toBeGreaterThan(CASES / 20);
  });
});
