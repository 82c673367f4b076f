/** The built command as a process: what its surroundings do to it. `npm test` builds first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const command = path.join(import.meta.dirname, '..', '..', 'dist', 'main', 'cli.js');
const IMAGES = 24;
/** How often the inference process is killed, each time at another moment of a run. */
const KILLS = process.env['HIFUSE_LONG'] ? 50 : 3;
const LONG = { timeout: 1_200_000 };

let folder: string;
let images: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-process-'));
  images = path.join(folder, 'images');
  await mkdir(images);
  const raw = { width: 64, height: 64, channels: 1 } as const;
  for (let i = 0; i < IMAGES; i++) {
    const pixels = Buffer.from(Array.from({ length: 64 * 64 }, (_, k) => (k * (i + 3)) % 251));
    await sharp(pixels, { raw }).toFile(path.join(images, `${i}.png`));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Results {
  results: { status: string }[];
  complete: boolean;
}

/** Starts the command; what it says is gathered, its end awaited by `ended`. */
function start(args: string[], stdout: 'pipe' | number = 'pipe') {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', stdout, 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = once(child, 'close').then(([status]: number[]) => ({ status, ...said }));
  return { child, said, ended };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(5);
}

const rowCount = (text: string): number => text.match(/"status"/g)?.length ?? 0;

/** The process's children, as Linux lists them. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

describe.skipIf(!existsSync(command))('the built hifuse classify', () => {
  const listsChildren = existsSync(`/proc/${process.pid}/task/${process.pid}/children`);
  it.skipIf(!listsChildren)('gives all rows whenever its inference process is killed', LONG, async () => {
    const before = performance.now();
    expect((await start(['classify', images]).ended).status).toBe(0);
    const duration = performance.now() - before;
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, ended } = start(['classify', images, '--batch', '4']);
      const timer = setTimeout(
        () => {
          for (const pid of childrenOf(child.pid!)) killed += Number(process.kill(pid, 'SIGKILL'));
        },
        (duration * (kill + 0.5)) / KILLS,
      );
      const { status, out, err } = await ended;
      clearTimeout(timer);
      expect([status, err], `killed at ${kill}`).toEqual([0, expect.stringContaining(`${IMAGES} classified`)]);
      const { results, complete } = JSON.parse(out) as Results;
      expect([results.filter((row) => row.status === 'ok').length, complete]).toEqual([IMAGES, true]);
    }
    // The first ones may come before there is a process, the last ones after it was let go.
    expect(killed).toBeGreaterThan(KILLS / 2);
  });

  it.skipIf(!existsSync('/dev/full'))('fails where the output is full, and says so', LONG, async () => {
    const full = await open('/dev/full', 'w');
    try {
      const { status, err } = await start(['classify', images], full.fd).ended;
      expect([status, err]).toEqual([2, expect.stringContaining('cannot be written to standard output (ENOSPC)')]);
    } finally {
      await full.close();
    }
  });

  it('stops when nobody reads on', LONG, async () => {
    const { child, said, ended } = start(['classify', images, '--batch', '1']);
    await until(() => said.out !== '');
    child.stdout!.destroy();
    const { status, err } = await ended;
    expect([status, err]).toEqual([130, expect.stringContaining('nobody reads the output any more')]);
    expect(Number(/^(\d+) classified/m.exec(err)?.[1])).toBeLessThan(IMAGES);
  });

  it.skipIf(process.platform === 'win32')('ends cleanly with its terminal: JSON tells it', LONG, async () => {
    const { child, said, ended } = start(['classify', images, '--batch', '1']);
    await until(() => rowCount(said.out) >= 2);
    child.kill('SIGHUP');
    const { status, out, err } = await ended;
    expect([status, err]).toEqual([130, expect.stringContaining('Interrupted.')]);
    const { results, complete } = JSON.parse(out) as Results;
    expect(complete).toBe(false);
    expect(results.length).toBeGreaterThanOrEqual(2);
    expect(results.length).toBeLessThan(IMAGES);
  });

  it.skipIf(process.platform === 'win32')('names an interrupted CSV file for what it is', LONG, async () => {
    const place = path.join(folder, 'interrupted');
    await mkdir(place);
    const { child, ended } = start(['classify', images, '--batch', '1', '--out', path.join(place, 'r.csv')]);
    await until(async () => {
      const [draft] = await readdir(place);
      return draft !== undefined && (await stat(path.join(place, draft))).size > 2000;
    });
    child.kill('SIGINT');
    const { status, err } = await ended;
    expect([status, err]).toEqual([130, expect.stringContaining('r.partial.csv')]);
    expect(await readdir(place)).toEqual(['r.partial.csv']);
    expect(await readFile(path.join(place, 'r.partial.csv'), 'utf8')).toMatch(/^file,frame.*\r\n.*\r\n$/s);
  });

  it('goes on where nobody hears its complaints', LONG, async () => {
    const broken = path.join(folder, 'broken.png');
    await writeFile(broken, 'no image');
    const { child, ended } = start(['classify', images, broken]);
    child.stderr!.destroy();
    const { status, out } = await ended;
    expect(status).toBe(1);
    expect((JSON.parse(out) as Results).results).toHaveLength(IMAGES + 1);
  });

  it('keeps two runs with the same file apart', LONG, async () => {
    const place = path.join(folder, 'shared');
    await mkdir(place);
    const file = path.join(place, 'r.json');
    const one = start(['classify', images, '--out', file]);
    const two = start(['classify', path.join(images, '0.png'), '--out', file]);
    expect([(await one.ended).status, (await two.ended).status]).toEqual([0, 0]);
    const { results, complete } = JSON.parse(await readFile(file, 'utf8')) as Results;
    expect([1, IMAGES]).toContain(results.length);
    expect(complete).toBe(true);
    expect(await readdir(place)).toEqual(['r.json']);
  });
});
