import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { IDLE_MS, removeAbandonedUploads, safeFileName, Uploads } from './uploads.ts';

const made: Uploads[] = [];
function start(...options: ConstructorParameters<typeof Uploads>): Uploads {
  const uploads = new Uploads(...options);
  made.push(uploads);
  return uploads;
}

afterEach(() => {
  for (const uploads of made.splice(0)) uploads.close();
});

const part = (uploadId: string, text: string, last = true, offset = 0, name = 'x.dcm') => {
  return { uploadId, name, offset, bytes: new TextEncoder().encode(text), last };
};
const folderOf = (file: string) => path.dirname(path.dirname(file));
const openDescriptors = async () => (await readdir('/proc/self/fd')).length;

describe('Uploads', () => {
  it('writes parts in the order of the calls, though nobody waits', async () => {
    const uploads = start();
    const parts = await Promise.all([
      uploads.add(part('a', 'one ', false)),
      uploads.add(part('a', 'two ', false, 4)),
      uploads.add(part('a', 'three', true, 8)),
    ]);
    expect(parts.slice(0, 2)).toEqual([null, null]);
    expect(await readFile(parts[2]!, 'utf8')).toBe('one two three');
    expect(uploads.path('a')).toBe(parts[2]);
  });

  it('keeps files of the same name apart, readable by this user alone', async () => {
    const uploads = start();
    const a = (await uploads.add(part('a', 'a')))!;
    const b = (await uploads.add(part('b', 'b')))!;
    expect(await readFile(a, 'utf8')).toBe('a');
    expect(await readFile(b, 'utf8')).toBe('b');
    if (process.platform !== 'win32') {
      expect((await stat(a)).mode & 0o077).toBe(0);
      expect((await stat(folderOf(a))).mode & 0o077).toBe(0);
    }
  });

  it('refuses too much, deletes what was written, and takes no more of it', async () => {
    const uploads = start({ fileBytes: 5 });
    await uploads.add(part('a', '1234', false));
    await expect(uploads.add(part('a', '56', false, 4))).rejects.toMatchObject({ code: 'file.too-large' });
    await expect(uploads.add(part('a', '7', true, 6))).rejects.toMatchObject({ code: 'request.invalid' });
    expect(() => uploads.path('a')).toThrow();
    const b = await uploads.add(part('b', '1'));
    expect(await readdir(folderOf(b!))).toEqual(['2']);
  });

  it('bounds all files together, their number, and those that are not whole', async () => {
    const uploads = start({ totalBytes: 5, files: 2 });
    await uploads.add(part('a', '1234'));
    await expect(uploads.add(part('b', '12'))).rejects.toMatchObject({ code: 'file.too-large' });
    await uploads.add(part('c', '1'));
    await expect(uploads.add(part('d', ''))).rejects.toMatchObject({ code: 'file.too-large' });
    const slow = start({ unfinished: 2 });
    await Promise.all([slow.add(part('a', '1', false)), slow.add(part('b', '1', false))]);
    await expect(slow.add(part('c', '1', false))).rejects.toMatchObject({ code: 'file.too-large' });
    await slow.add(part('a', '2', true, 1));
    await slow.add(part('c', '1', false));
  });

  it('refuses a part after the last one, one that does not follow, and a second beginning', async () => {
    const uploads = start();
    const file = await uploads.add(part('a', 'all'));
    const refused = { code: 'request.invalid' };
    await expect(uploads.add(part('a', 'more', true, 3))).rejects.toMatchObject(refused);
    await expect(uploads.add(part('a', 'again'))).rejects.toMatchObject(refused);
    expect(await readFile(file!, 'utf8')).toBe('all');
    await uploads.add(part('b', '12', false));
    await expect(uploads.add(part('b', '4', true, 3))).rejects.toMatchObject(refused);
  });

  it('gives room back for what is discarded, whole or not', async () => {
    const uploads = start({ totalBytes: 5 });
    const whole = (await uploads.add(part('a', '123')))!;
    await uploads.add(part('b', '45', false));
    expect(uploads.bytes).toBe(5);
    await uploads.discard('b');
    await uploads.discardFile(whole);
    await uploads.discardFile('/etc/hostname');
    await uploads.discard('unknown');
    expect(uploads.bytes).toBe(0);
    expect(await readdir(folderOf(whole))).toEqual([]);
    await uploads.add(part('c', '12345'));
  });

  it('deletes what is discarded while it is being written', async () => {
    const uploads = start();
    const other = (await uploads.add(part('other', 'x')))!;
    const writing = uploads.add(part('a', '123', false)).catch((error: unknown) => error);
    await uploads.discard('a');
    expect(await writing).toMatchObject({ code: 'request.cancelled' });
    expect(await readdir(folderOf(other))).toEqual(['1']);
    expect(uploads.bytes).toBe(1);
  });

  it.skipIf(process.platform !== 'linux')('holds no descriptor of files that are not whole', async () => {
    const uploads = start({ unfinished: 300 });
    const before = await openDescriptors();
    for (let i = 0; i < 300; i++) await uploads.add(part(`upload-${i}`, 'x', false));
    expect(await openDescriptors()).toBeLessThan(before + 20);
  });

  it('gives up what gets no part for long', async () => {
    const clock = new FakeClock();
    const uploads = start({}, clock);
    await uploads.add(part('a', '1', false));
    clock.advance(IDLE_MS - 1);
    await uploads.add(part('a', '2', false, 1));
    clock.advance(IDLE_MS - 1);
    expect(uploads.bytes).toBe(2);
    clock.advance(1);
    expect(uploads.bytes).toBe(0);
    await expect(uploads.add(part('a', '3', true, 2))).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('deletes everything when closed', async () => {
    const uploads = start();
    const file = await uploads.add(part('a', 'a'));
    await uploads.add(part('b', 'b', false));
    const late = uploads.add(part('c', 'c')).catch(() => 'cancelled');
    uploads.close();
    expect(await late).toBe('cancelled');
    await expect(stat(folderOf(file!))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('deletes what a process left that was ended by force, and nothing else', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const [abandoned, unrelated] = [`hifuse-upload-${pid}-abc`, `hifuse-upload-test-${pid}`].map((name) =>
    path.join(tmpdir(), name),
  ) as [string, string];
  await mkdir(path.join(abandoned, '1'), { recursive: true });
  await mkdir(unrelated);
  const current = (await start().add(part('a', 'a')))!;
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
