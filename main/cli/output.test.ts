import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { english } from '../../models/texts/texts.ts';
import { fileOutput, writeWhole } from './output.ts';

let folder: string;
let said: string[];
const context = { texts: english, say: (line: string) => void said.push(line) };
const at = (name: string): string => path.join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-output-'));
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('keeps two runs with the same file apart, and says which one stays', async () => {
  const one = await fileOutput(at('r.csv'), context);
  const two = await fileOutput(at('r.csv'), context);
  await one.write('a,');
  await two.write('x,');
  await one.write('b');
  await two.write('y');
  await two.finish();
  expect([await readFile(at('r.csv'), 'utf8'), said]).toEqual(['x,y', []]);
  await one.finish();
  expect(await readFile(at('r.csv'), 'utf8')).toBe('a,b');
  expect(said).toEqual([`${at('r.csv')} was written by another run meanwhile; this one replaces it.`]);
  expect(await readdir(folder)).toEqual(['r.csv']);
});

it('replaces the file of an earlier run without a word, and only when it is whole', async () => {
  await writeFile(at('r.csv'), 'earlier');
  const output = await fileOutput(at('r.csv'), context);
  await output.write('new');
  expect(await readFile(at('r.csv'), 'utf8')).toBe('earlier');
  await output.finish();
  expect([await readFile(at('r.csv'), 'utf8'), said]).toEqual(['new', []]);
});

it('removes what a run left that was killed, and says so; what another run still writes stays', async () => {
  const living = await fileOutput(at('r.csv'), context);
  const [draft] = await readdir(folder);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await writeFile(at(draft!.replace(`-${process.pid}-`, `-${pid}-`)), 'rows of a killed run');
  await writeFile(at('.r.csv.0000beef-1-12345678.draft'), 'of another computer');
  const next = await fileOutput(at('r.csv'), context);
  expect(said).toEqual([`An earlier run that was killed left a part of ${at('r.csv')}; it was removed.`]);
  await living.finish();
  await next.finish();
  expect((await readdir(folder)).sort()).toEqual(['.r.csv.0000beef-1-12345678.draft', 'r.csv']);
});

it('leaves nothing behind of what was not finished', async () => {
  const output = await fileOutput(at('r.csv'), context);
  await output.write('half');
  await output.discard();
  await expect(writeWhole(at('none/r.pdf'), new Uint8Array(3), context)).rejects.toMatchObject({
    code: 'file.write-failed',
    details: { file: 'r.pdf' },
  });
  expect(await readdir(folder)).toEqual([]);
});
