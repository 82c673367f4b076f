import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { removeAbandonedUploads, safeFileName, Uploads } from './uploads.ts';

const made: Uploads[] = [];
function start(limits: ConstructorParameters<typeof Uploads>[0] = {}): Uploads {
  const uploads = new Uploads(limits);
  made.push(uploads);
  return uploads;
}

afterEach(() => {
  for (const uploads of made.splice(0)) uploads.close();
});

const bytes = (text: string) => new TextEncoder().encode(text);

describe('Uploads', () => {
  it('writes chunks in the order of the calls, though nobody waits', async () => {
    const uploads = start();
    const parts = await Promise.all([
      uploads.add('a', 'x.dcm', bytes('one '), false),
      uploads.add('a', 'x.dcm', bytes('two '), false),
      uploads.add('a', 'x.dcm', bytes('three'), true),
    ]);
    expect(parts.slice(0, 2)).toEqual([null, null]);
    expect(await readFile(parts[2]!, 'utf8')).toBe('one two three');
    expect(uploads.path('a')).toBe(parts[2]);
  });

  it('keeps files of the same name apart, readable by this user alone', async () => {
    const uploads = start();
    const a = (await uploads.add('a', 'x.dcm', bytes('a'), true))!;
    const b = (await uploads.add('b', 'x.dcm', bytes('b'), true))!;
    expect(await readFile(a, 'utf8')).toBe('a');
    expect(await readFile(b, 'utf8')).toBe('b');
    if (process.platform !== 'win32') {
      expect((await stat(a)).mode & 0o077).toBe(0);
      expect((await stat(path.dirname(path.dirname(a)))).mode & 0o077).toBe(0);
    }
  });

  it('refuses too much, deletes what was written, and takes no more of it', async () => {
    const uploads = start({ fileBytes: 5 });
    await uploads.add('a', 'x.dcm', bytes('1234'), false);
    await expect(uploads.add('a', 'x.dcm', bytes('56'), false)).rejects.toMatchObject({ code: 'file.too-large' });
    await expect(uploads.add('a', 'x.dcm', bytes('7'), true)).rejects.toMatchObject({ code: 'request.invalid' });
    expect(() => uploads.path('a')).toThrow();
    const b = await uploads.add('b', 'x.dcm', bytes('1'), true);
    expect(await readdir(path.dirname(path.dirname(b!)))).toEqual(['2']);
  });

  it('bounds all files together, and their number', async () => {
    const uploads = start({ totalBytes: 5, files: 2 });
    await uploads.add('a', 'x', bytes('1234'), true);
    await expect(uploads.add('b', 'x', bytes('12'), true)).rejects.toMatchObject({ code: 'file.too-large' });
    await expect(uploads.add('c', 'x', bytes('1'), true)).rejects.toMatchObject({ code: 'file.too-large' });
  });

  it('refuses a chunk after the last one', async () => {
    const uploads = start();
    const file = await uploads.add('a', 'x', bytes('all'), true);
    await expect(uploads.add('a', 'x', bytes('more'), true)).rejects.toMatchObject({ code: 'request.invalid' });
    expect(await readFile(file!, 'utf8')).toBe('all');
  });

  it('deletes everything when closed', async () => {
    const uploads = start();
    const file = await uploads.add('a', 'x', bytes('a'), true);
    await uploads.add('b', 'y', bytes('b'), false);
    const late = uploads.add('c', 'z', bytes('c'), true).catch(() => 'cancelled');
    uploads.close();
    expect(await late).toBe('cancelled');
    await expect(stat(path.dirname(path.dirname(file!)))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('deletes what a process left that was ended by force, and nothing else', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const [abandoned, unrelated] = [`hifuse-upload-${pid}-abc`, `hifuse-upload-test-${pid}`].map((name) =>
    path.join(tmpdir(), name),
  ) as [string, string];
  await mkdir(path.join(abandoned, '1'), { recursive: true });
  await mkdir(unrelated);
  const current = (await start().add('a', 'x', bytes('a'), true))!;
  await removeAbandonedUploads();
  await expect(stat(abandoned)).rejects.toMatchObject({ code: 'ENOENT' });
  expect((await stat(unrelated)).isDirectory()).toBe(true);
  expect(await readFile(current, 'utf8')).toBe('a');
  await rm(unrelated, { recursive: true });
});

describe('safeFileName', () => {
  it.each([
    ['scan.dcm', 'scan.dcm'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\scan.dcm', 'scan.dcm'],
    ['..', '_'],
    ['', 'file'],
    ['a\u0000b\u202Egnp.dcm', 'a_b_gnp.dcm'],
    ['胸部 X線.png', '胸部 X線.png'],
    [`${'x'.repeat(500)}.dcm`, `${'x'.repeat(116)}.dcm`],
  ])('%j becomes %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  it('is always one plain name', () => {
    const character = fc.oneof(
      fc.constantFrom(...'./\\:*?"<>| a\u0000\u202E'),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    );
    fc.assert(
      fc.property(fc.string({ unit: character }), (name) => {
        const safe = safeFileName(name);
        expect(safe).toMatch(/^[^\\/:*?"<>|\p{Cc}]{1,120}$/u);
        expect(safe).not.toMatch(/^\.|[. ]$/);
        expect(path.basename(safe)).toBe(safe);
      }),
    );
  });
});
