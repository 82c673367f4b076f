import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { parseCsv, type CsvRow } from '../../models/csv-table.ts';
import { runCommandLine } from '../cli/run.ts';
import type { Requests } from '../services/classify.ts';
import { commandServices } from '../testing/command-services.ts';
import { standIn } from '../testing/stand-in.ts';
import { STORE_FILE } from './store.ts';

/** `npm test` builds first. */
const PROCESS = path.join(import.meta.dirname, '..', '..', 'dist', 'main', 'testing', 'batch-process.js');
const long = process.env['HIFUSE_LONG'] === '1';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-batch-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(folder, ...parts);

async function make(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await writeFile(at(file), content);
  }
}

async function hifuse(args: readonly string[], requests: Requests = standIn(), signal = new AbortController().signal) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said: Buffer[] = [];
  stderr.on('data', (piece: Buffer) => said.push(piece));
  stdout.resume();
  const status = await runCommandLine(args, {
    stdout,
    stderr,
    signal,
    language: () => 'en',
    openServices: () => commandServices(requests),
  });
  return { status, said: Buffer.concat(said).toString() };
}

const batch = (...more: string[]) => ['batch', at('in'), '--out', at('out'), '--recursive', ...more];

const rowsIn = async (file: string): Promise<CsvRow[]> =>
  parseCsv(await readFile(file, 'utf8')).rows.map(({ row }) => row);

const rows = (out = 'out'): Promise<CsvRow[]> => rowsIn(at(out, 'results.csv'));

/** What does not depend on when and how fast it was made. */
const timeless = (some: readonly CsvRow[]): CsvRow[] => some.map((row) => ({ ...row, ms: '' }));

const files = (some: readonly CsvRow[]): string[] => some.map((row) => row['file']!);

describe('hifuse batch', () => {
  it('gives every file a row, in natural order, after the columns of classify', async () => {
    await make({
      'in/b/2.dcm': 'image two series=1.2 patient=P',
      'in/b/10.dcm': 'image ten',
      'in/a.dcm': 'broken',
      'in/notes.txt': 'no picture',
      'in/zero.dcm': '',
    });
    const { status } = await hifuse(batch());
    expect(status).toBe(1);
    const made = await rows();
    expect(made.map((row) => [row['file'], row['status'], row['error_code']])).toEqual([
      ['a.dcm', 'failed', 'image.corrupt'],
      ['notes.txt', 'skipped', 'image.unknown-format'],
      ['zero.dcm', 'failed', 'file.empty'],
      ['b/2.dcm', 'ok', ''],
      ['b/10.dcm', 'ok', ''],
    ]);
    expect(made[3]).toMatchObject({
      modality: 'CR',
      age_years: '5',
      series_uid: '1.2',
      root: at('in'),
      run_complete: 'true',
    });
    expect(made[3]!['sha256']).toMatch(/^[0-9a-f]{64}$/);
    const lines = (await readFile(at('out', 'results.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { file: string }).file)).toEqual(files(made));
    expect(await readFile(at('out', 'results.jsonl'), 'utf8')).not.toContain('"P"');
    const page = await readFile(at('out', 'summary.html'), 'utf8');
    expect(page).toContain('All 5 files are done.');
    expect(page).toContain('data:image/png;base64,AQID');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    await hifuse(['classify', at('in'), '--recursive', '--out', at('classify.csv')]);
    const head = async (file: string): Promise<string> => (await readFile(file, 'utf8')).split('\r\n')[0]!;
    expect((await head(at('out', 'results.csv'))).startsWith(await head(at('classify.csv')))).toBe(true);
  });

  it('does nothing again that is done, and does again what changed', async () => {
    await make({ 'in/1': 'image a', 'in/2': 'image b' });
    await hifuse(batch());
    const before = await rows();
    await make({ 'in/2': 'image other', 'in/3': 'image c' });
    const asked: string[] = [];
    const { said } = await hifuse(batch(), standIn({ onImage: ({ path: file }) => asked.push(path.basename(file)) }));
    expect(asked.sort()).toEqual(['2', '3']);
    expect(said).toContain('2 of 2 files are done');
    const after = await rows();
    expect(files(after)).toEqual(['1', '2', '3']);
    expect(after[0]).toEqual(before[0]);
    expect(after[1]!['sha256']).not.toBe(before[1]!['sha256']);
  });

  it('names the first of equal files, whatever their order of time', async () => {
    await make({ 'in/1': 'image same', 'in/2': 'image other', 'in/3': 'image same' });
    await hifuse(batch());
    expect((await rows()).map((row) => row['duplicate_of'])).toEqual(['', '', '1']);
  });

  it.skipIf(process.platform === 'win32')('gives what is no file a row with its reason', async () => {
    await make({ 'in/sub/1': 'image a' });
    execFileSync('mkfifo', [at('in', 'pipe')]);
    await symlink('loop', at('in', 'loop'));
    await symlink(at('in'), at('in', 'sub', 'up'));
    await symlink(at('nowhere'), at('in', 'dangling'));
    await symlink('/dev/null', at('in', 'null'));
    const { status } = await hifuse(batch());
    expect(status).toBe(1);
    const found = Object.fromEntries((await rows()).map((row) => [row['file'], [row['status'], row['error_message']]]));
    expect(found).toMatchObject({
      'sub/1': ['ok', ''],
      pipe: ['skipped', expect.stringContaining('not a file')],
      null: ['skipped', expect.stringContaining('not a file')],
      loop: ['failed', expect.stringContaining('circle')],
      dangling: ['failed', expect.stringContaining('points nowhere')],
      'sub/up': ['skipped', expect.stringContaining('leads back')],
    });
    // Nothing of it changes when the command is repeated.
    const before = await rows();
    await hifuse(batch());
    expect(await rows()).toEqual(before);
  });

  it('tells of a file that vanished before it was read, and classifies it when it is there again', async () => {
    await make({ 'in/1': 'image a', 'in/2': 'image b' });
    const requests = standIn();
    const vanishing: Requests = {
      request: async (method, params, options) => {
        if (method === 'model.classify') await rm(at('in', '2'), { force: true });
        return requests.request(method, params, options);
      },
    };
    expect((await hifuse(batch(), vanishing)).status).toBe(1);
    expect((await rows()).map((row) => row['error_code'])).toEqual(['', 'file.not-found']);
    await make({ 'in/2': 'image b' });
    expect((await hifuse(batch())).status).toBe(0);
    expect((await rows()).map((row) => row['status'])).toEqual(['ok', 'ok']);
  });

  it('sets what ends the inference process twice aside, and nothing else', async () => {
    await make(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`in/${i}`, `image ${i}`])));
    const deaths = new Map<string, number>();
    const requests = standIn({
      onImage: ({ path: file }) => {
        const name = path.basename(file);
        if (name !== '7' && name !== '23') return;
        deaths.set(name, (deaths.get(name) ?? 0) + 1);
        throw new HifuseError('worker.crashed', { reason: 'repeated' }, { cause: new HifuseError('worker.crashed') });
      },
    });
    expect((await hifuse(batch(), requests)).status).toBe(1);
    const made = await rows();
    expect(made).toHaveLength(40);
    expect(made.filter((row) => row['status'] !== 'ok').map((row) => [row['file'], row['error_code']])).toEqual([
      ['7', 'worker.crashed'],
      ['23', 'worker.crashed'],
    ]);
    expect([...deaths.values()]).toEqual([2, 2]);
  });

  it('has a row for each frame that was chosen', async () => {
    await make({ 'in/cine': 'image frames=5', 'in/still': 'image', 'in/bad': 'broken' });
    const expected = {
      first: ['0', '0'],
      middle: ['2', '0'],
      all: ['0', '1', '2', '3', '4', '0'],
      'every:2': ['0', '2', '4', '0'],
    };
    for (const [choice, frames] of Object.entries(expected)) {
      const out = `out ${choice.replace(':', ' ')}`;
      await hifuse(['batch', at('in'), '--out', at(out), '--frames', choice]);
      const made = await rows(out);
      expect(made.slice(1).map((row) => row['frame'])).toEqual(frames);
      expect(made[0]).toMatchObject({ file: 'bad', status: 'failed', error_code: 'image.corrupt' });
    }
  });

  it('makes one row of a series: the mean, the greatest or the votes of its images', async () => {
    await make({
      'in/1': 'image a series=1',
      'in/2': 'image b series=2',
      'in/3': 'image c series=1',
      'in/4': 'image d',
      'in/5': 'broken',
    });
    await hifuse(batch());
    const images = await rows();
    const p = (row: CsvRow): number[] =>
      ['bacterial pneumonia', 'normal', 'viral pneumonia'].map((name) => Number(row[`p:${name}`]));
    const [one, , three] = images as [CsvRow, CsvRow, CsvRow];
    const expected = {
      mean: p(one).map((value, c) => (value + p(three)[c]!) / 2),
      max: p(one).map((value, c) => Math.max(value, p(three)[c]!)),
      vote: p(one).map(
        (value, c) => (Number(value === Math.max(...p(one))) + Number(p(three)[c] === Math.max(...p(three)))) / 2,
      ),
    };
    for (const [how, values] of Object.entries(expected)) {
      // The same run: what rows stand for is a matter of the results.
      await hifuse(batch('--series', how));
      const series = await rows();
      expect(series.map((row) => [row['file'], row['series_images'], row['series_images_failed']])).toEqual([
        ['1', '2', '0'],
        ['2', '1', '0'],
        ['4', '1', '0'],
        ['5', '0', '1'],
      ]);
      const sum = values.reduce((a, b) => a + b);
      for (const [c, value] of p(series[0]!).entries()) expect(value).toBeCloseTo(values[c]! / sum, 5);
    }
  });

  it('takes the files that the filters want', async () => {
    await make({ 'in/a.dcm': 'image 1', 'in/x/b.DCM': 'image 2', 'in/x/c.txt': 'image 3', 'in/y/d.dcm': 'image 4' });
    await hifuse(batch('--include', '*.dcm', '--exclude', 'y/**'));
    expect(files(await rows())).toEqual(['a.dcm', 'x/b.DCM']);
  });

  it('writes the maps as NumPy reads them', async () => {
    await make({ 'in/x/1': 'image a' });
    await hifuse(batch('--maps'));
    const npy = await readFile(at('out', 'maps', 'x', '1.frame0.npy'));
    expect(npy.subarray(0, 8)).toEqual(Buffer.from('\x93NUMPY\x01\x00', 'latin1'));
    const length = npy.readUInt16LE(8);
    expect((10 + length) % 64).toBe(0);
    expect(npy.subarray(10, 10 + length).toString()).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(3, 1, 2\), \} *\n$/,
    );
    const values = Array.from({ length: 6 }, (_, i) => npy.readFloatLE(10 + length + 4 * i));
    expect(values).toEqual([0, 0.5, 1, 0.5, 2, 0.5]);
    expect((await rows())[0]!['heat_map']).toBe('maps/x/1.frame0.npy');
  });

  it('measures the model where the folders name the classes', async () => {
    await make({ 'in/normal/1': 'image a', 'in/Viral-pneumonia/2': 'image b', 'in/else/3': 'image c' });
    await hifuse(batch('--labels', 'folders'));
    const page = await readFile(at('out', 'summary.html'), 'utf8');
    expect(page).toContain('2 images; onnx on cpu');
    expect(page).toContain('Balanced accuracy');
    await writeFile(at('labels.csv'), `file,label\nin/else/3,normal\n`);
    await hifuse(batch('--labels', at('labels.csv')));
    expect(await readFile(at('out', 'summary.html'), 'utf8')).toContain('1 images; onnx on cpu');
  });

  it('keeps what was done when it is interrupted, says that it is not all, and goes on', async () => {
    await make(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`in/${i}`, `image ${i}`])));
    const controller = new AbortController();
    let count = 0;
    const interrupting = standIn({
      onImage: () => {
        if (++count > 50) controller.abort();
      },
    });
    const { status, said } = await hifuse(batch(), interrupting, controller.signal);
    expect(status).toBe(130);
    expect(said).toContain('results.partial.csv');
    const partial = await rowsIn(at('out', 'results.partial.csv'));
    expect(partial.length).toBeGreaterThan(0);
    expect(partial.length).toBeLessThan(100);
    expect(new Set(partial.map((row) => row['run_complete']))).toEqual(new Set(['false']));
    expect(await readFile(at('out', 'results.partial.jsonl'), 'utf8')).toContain('"complete":false');
    expect(await readFile(at('out', 'summary.html'), 'utf8')).toContain('INCOMPLETE');
    expect((await hifuse(batch())).status).toBe(0);
    expect(await rows()).toHaveLength(100);
    expect((await readdir(at('out'))).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('mixes no other run into a store', async () => {
    await make({ 'in/1': 'image a' });
    await hifuse(batch());
    const { status, said } = await hifuse(batch('--frames', 'all'));
    expect(status).toBe(2);
    expect(said).toContain('another frames');
  });

  it('shares its files among shards, which merged are what one run would have made', async () => {
    const many = Array.from({ length: 60 }, (_, i) => [
      `in/${i % 3}/${i}`,
      i % 13 === 0 ? 'broken' : `image ${i % 50}`,
    ]);
    await make(Object.fromEntries(many) as Record<string, string>);
    await hifuse(batch());
    const shard = (k: number) => hifuse(['batch', at('in'), '--out', at(`s${k}`), '--recursive', '--shard', `${k}/3`]);
    for (const k of [1, 2]) await shard(k);
    const missing = await hifuse(['merge', at('s1'), at('s2'), '--out', at('merged')]);
    expect([missing.status, missing.said]).toEqual([1, expect.stringContaining('Missing shards: 3/3')]);
    expect(await readFile(at('merged', 'summary.html'), 'utf8')).toContain('Missing shards: 3/3');
    expect(await readdir(at('merged'))).toContain('results.partial.csv');
    await shard(3);
    const whole = await hifuse(['merge', at('s3'), at('s1'), at('s2'), '--out', at('merged')]);
    expect(whole.said).toContain('Wrote results.csv');
    expect(timeless(await rows('merged'))).toEqual(timeless(await rows()));
    for (const k of [1, 2, 3]) expect((await rows(`s${k}`)).length).toBeGreaterThan(5);
  });

  it('merges no shard twice, and none of another run', async () => {
    await make({ 'in/1': 'image a', 'in/2': 'image b' });
    for (const k of [1, 2]) await hifuse(['batch', at('in'), '--out', at(`s${k}`), '--shard', `${k}/2`]);
    await hifuse(['batch', at('in'), '--out', at('other'), '--shard', '2/2', '--frames', 'all']);
    const twice = await hifuse(['merge', at('s1'), at('s1'), '--out', at('merged')]);
    expect([twice.status, twice.said]).toEqual([2, expect.stringContaining('in use by another run')]);
    const other = await hifuse(['merge', at('s1'), at('other'), '--out', at('merged')]);
    expect([other.status, other.said]).toEqual([2, expect.stringContaining('differ in frames')]);
  });

  it('tries failed files again where asked', async () => {
    await make({ 'in/1': 'broken', 'in/2': 'image b' });
    await hifuse(batch());
    const asked: string[] = [];
    const requests = standIn({ onImage: ({ path: file }) => asked.push(path.basename(file)) });
    await hifuse(batch('--retry-failed'), requests);
    expect(asked).toEqual(['1']);
    expect(await rows()).toHaveLength(2);
  });
});

const run = (out: string, delay: number) =>
  spawn(process.execPath, [PROCESS, at('in'), '--out', at(out), '--recursive', '--frames', 'all'], {
    env: { ...process.env, STAND_IN_DELAY: String(delay) },
    stdio: 'ignore',
  });

const ended = (child: ReturnType<typeof run>): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', resolve);
  });

async function runToEnd(out: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [PROCESS, at('in'), '--out', out], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, said };
}

describe('a process of its own', () => {
  it(
    'that is killed again and again gives each row once, as if nobody had disturbed it',
    { timeout: 600_000 },
    async () => {
      const count = long ? 20_000 : 600;
      for (let i = 0; i < count; i++) {
        const dir = at('in', String(i % 20));
        if (i < 20) await mkdir(dir, { recursive: true });
        const kind = i % 97 === 0 ? 'broken' : i % 89 === 0 ? 'text' : 'image';
        await writeFile(
          path.join(dir, `${i}.dcm`),
          `${kind} ${i % 500} series=${i % 20} ${i % 101 === 0 ? 'frames=4' : ''}`,
        );
      }
      expect(await ended(run('calm', 0))).toBe(1);
      let random = 20251125;
      const size = async (): Promise<number> => (await stat(at('killed', STORE_FILE)).catch(() => null))?.size ?? 0;
      for (let kill = 0; kill < (long ? 10 : 5); kill++) {
        const child = run('killed', long ? 1 : 2);
        const end = ended(child);
        // From when it works: a machine under load takes its time to start a process.
        const before = await size();
        while (child.exitCode === null && (await size()) === before) await sleep(5);
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        await Promise.race([end, sleep((random / 2 ** 32) * (long ? 2500 : 150))]);
        child.kill('SIGKILL');
        await end;
      }
      expect(await ended(run('killed', 0))).toBe(1);
      const [calm, killed] = [await rows('calm'), await rows('killed')];
      const key = (row: CsvRow): string => `${row['file']} ${row['frame']}`;
      expect(new Set(killed.map(key)).size).toBe(killed.length);
      expect(timeless(killed)).toEqual(timeless(calm));
    },
  );

  it('that comes second is locked out, and harms nothing', { timeout: 120_000 }, async () => {
    await make(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`in/${i}`, `image ${i}`])));
    const first = run('out', 20);
    const end = ended(first);
    while (!(await stat(at('out', STORE_FILE)).catch(() => null))) await sleep(20);
    await sleep(300);
    const { status, said } = await hifuse(batch('--frames', 'all'));
    expect([status, said]).toEqual([2, expect.stringContaining('in use by another run')]);
    expect(await end).toBe(0);
    expect(await rows()).toHaveLength(200);
  });

  /** Needs the right to mount. */
  const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
  it.skipIf(!mayMount)(
    'ends with a clear error where the disk is full, and goes on where it no longer is',
    async (context) => {
      const exec = promisify(execFile);
      await make(Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`in/${i}`, `image ${i}`])));
      await mkdir(at('disk'));
      const mounted = await exec('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', at('disk')]).then(
        () => true,
        () => false,
      );
      if (!mounted) context.skip();
      try {
        const first = await runToEnd(at('disk', 'out'));
        expect(first.code).toBe(2);
        expect(first.said).toMatch(/cannot be written \(ENOSPC\)/);
        await exec('mount', ['-o', 'remount,size=20m', at('disk')]);
        const again = await runToEnd(at('disk', 'out'));
        expect(again.said).toMatch(/\d+ of \d+ files are done/);
        expect(again.code).toBe(0);
        const made = await rowsIn(at('disk', 'out', 'results.csv'));
        expect(new Set(files(made)).size).toBe(900);
        expect(made).toHaveLength(900);
      } finally {
        await exec('umount', [at('disk')]);
      }
    },
  );
});
