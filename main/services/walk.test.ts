import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HifuseError } from '../../models/errors.ts';
import { naturalCompare, walk, type WalkOptions } from './walk.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hifuse-walk-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function make(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), file);
  }
}

async function names(start: string, options: Partial<WalkOptions> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const file of walk(start, { recursive: true, ...options })) found.push(file.name);
  return found;
}

describe('walk', () => {
  it('gives files in natural order, those of a folder before those of its subfolders', async () => {
    await make('b10.png', 'b9.png', 'A1.png', 'z/2/x.png', 'z/10/x.png', 'z/1.png');
    expect(await names(root)).toEqual(['A1.png', 'b9.png', 'b10.png', 'z/1.png', 'z/2/x.png', 'z/10/x.png']);
  });

  it('stays in the folder unless recursive', async () => {
    await make('a.png', 'sub/b.png');
    const left: string[] = [];
    const options = { recursive: false, onLeftOut: (folder: string) => left.push(path.basename(folder)) };
    expect(await names(root, options)).toEqual(['a.png']);
    expect(left).toEqual(['sub']);
  });

  it('gives a file itself, hidden or not, with its own name', async () => {
    await make('.a.png');
    expect(await names(path.join(root, '.a.png'))).toEqual(['.a.png']);
  });

  it('leaves out hidden and system files and folders', async () => {
    await make('.hidden/a.png', '.DS_Store', 'Thumbs.db', '__MACOSX/a.png', 'a.png');
    expect(await names(root)).toEqual(['a.png']);
  });

  it.skipIf(process.platform === 'win32')('survives loops of links and enters a folder once', async () => {
    await make('sub/a.png');
    await symlink(root, path.join(root, 'sub', 'up'));
    await symlink(path.join(root, 'sub'), path.join(root, 'tub'));
    await symlink(path.join(root, 'self'), path.join(root, 'self'));
    await symlink(path.join(root, 'sub', 'a.png'), path.join(root, 'link.png'));
    const reported: HifuseError[] = [];
    expect(await names(root, { onUnreadable: (error) => reported.push(error) })).toEqual(['link.png', 'sub/a.png']);
    expect(reported).toMatchObject([{ code: 'file.unreadable', details: { reason: 'left-out-circle', file: 'self' } }]);
  });

  it.skipIf(process.platform === 'win32')('leaves out pipes, which would hang when opened', async () => {
    await make('a.png');
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    expect(await names(root)).toEqual(['a.png']);
    await expect(names(path.join(root, 'pipe'))).rejects.toMatchObject({ code: 'file.unreadable' });
  });

  it('reports a folder that cannot be read and goes on', async () => {
    await make('a.png', 'b/b.png', 'c/c.png');
    const reported: HifuseError[] = [];
    const found: string[] = [];
    for await (const file of walk(root, { recursive: true, onUnreadable: (error) => reported.push(error) })) {
      found.push(file.name);
      if (file.name === 'a.png') await rm(path.join(root, 'b'), { recursive: true });
    }
    expect(found).toEqual(['a.png', 'c/c.png']);
    expect(reported).toMatchObject([{ code: 'file.unreadable', details: { reason: 'left-out-gone', file: 'b' } }]);
  });

  it('refuses a start that does not exist', async () => {
    await expect(names(path.join(root, 'none'))).rejects.toMatchObject({ code: 'file.not-found' });
  });

  it('stops when aborted', async () => {
    await make('a.png', 'b.png');
    const controller = new AbortController();
    const found: string[] = [];
    const run = async (): Promise<void> => {
      for await (const file of walk(root, { recursive: true, signal: controller.signal })) {
        found.push(file.name);
        controller.abort();
      }
    };
    await expect(run()).rejects.toThrow();
    expect(found).toEqual(['a.png']);
  });
});

describe('naturalCompare', () => {
  it('is total: it never calls different names equal', () => {
    expect(naturalCompare('a', 'A')).not.toBe(0);
    expect(naturalCompare('a', 'A')).toBe(-naturalCompare('A', 'a'));
    expect(naturalCompare('a01', 'a1')).not.toBe(0);
  });
});
