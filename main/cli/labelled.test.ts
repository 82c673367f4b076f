import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from './command.ts';
import { labelIndices, readLabelled } from './labelled.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-labelled-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function make(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), file);
  }
}

const read = (data = folder) => readLabelled(data, new AbortController().signal);

test('a folder per class', async () => {
  await make('a/1.png', 'a/deep/2.png', 'b/3.png', '4.png');
  expect(await read()).toMatchObject([
    { name: '4.png', label: null, group: null, part: null },
    { name: 'a/1.png', path: path.join(folder, 'a/1.png'), label: 'a' },
    { name: 'a/deep/2.png', label: 'a' },
    { name: 'b/3.png', label: 'b' },
  ]);
});

test('classes within parts', async () => {
  await make('train/a/1.png', 'Validation/b/2.png', 'test/3.png');
  expect(await read()).toMatchObject([
    { label: null, part: 'test' },
    { label: 'a', part: 'train' },
    { label: 'b', part: 'val' },
  ]);
});

test('a table, named or found in its folder, with files beside it', async () => {
  await writeFile(
    path.join(folder, 'split.csv'),
    'File,class,patient,split,sex\nx/1.png,a,p1,train,F\n/abs/2.png,b,,,M\n',
  );
  const expected = [
    { path: path.join(folder, 'x/1.png'), name: 'x/1.png', label: 'a', group: 'p1', part: 'train' },
    { path: '/abs/2.png', label: 'b', group: null, part: null, columns: { sex: 'M' } },
  ];
  expect(await read()).toMatchObject(expected);
  expect(await read(path.join(folder, 'split.csv'))).toMatchObject(expected);
});

test.each([
  ['file,kind\n1.png,a\n', 'split.csv needs a column "file" and a column "label"; it has file, kind.'],
  ['file,label,part\n1.png,a,later\n', 'split.csv, line 2: "later" is no part; known are train, val, test.'],
  ['file,label\n,a\n', 'split.csv, line 2: the file is missing.'],
  ['file,label\n1.png\n', 'split.csv cannot be read as a table: line 2 has 1 fields, and the first line 2.'],
])('%j is refused', async (text, message) => {
  await writeFile(path.join(folder, 'split.csv'), text);
  await expect(read()).rejects.toThrow(message);
});

test('nothing is no data', async () => {
  await expect(read()).rejects.toThrow(UsageError);
});

test('labels and class names differ in spelling alone', () => {
  const index = labelIndices([{ name: 'viral pneumonia' }, { name: 'COVID-19' }]);
  expect([index('Viral-Pneumonia'), index('covid_19'), index('normal')]).toEqual([0, 1, undefined]);
});
