import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFolder, parentOf, type System } from './folders.ts';

describe('listFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hifuse-folders-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lists folders first, in natural order, without what is hidden', async () => {
    await mkdir(path.join(folder, 'z'));
    for (const name of ['slice 10.dcm', 'slice 9.dcm', '.hidden']) await writeFile(path.join(folder, name), 'abc');
    expect(await listFolder(folder)).toEqual({
      path: folder,
      parent: path.dirname(folder),
      entries: [
        { name: 'z', path: path.join(folder, 'z'), kind: 'folder', size: 0 },
        { name: 'slice 9.dcm', path: path.join(folder, 'slice 9.dcm'), kind: 'file', size: 3 },
        { name: 'slice 10.dcm', path: path.join(folder, 'slice 10.dcm'), kind: 'file', size: 3 },
      ],
    });
  });

  it('tells what is no folder', async () => {
    await writeFile(path.join(folder, 'file'), '');
    for (const name of ['gone', 'file']) {
      await expect(listFolder(path.join(folder, name))).rejects.toMatchObject({ code: 'file.not-found' });
    }
  });
});

describe('on Windows', () => {
  const windows: System = { platform: 'win32', isFolder: (root) => Promise.resolve(['C:\\', 'E:\\'].includes(root)) };

  it('lists the drives above their roots', async () => {
    const above = parentOf('C:\\', 'win32');
    expect(await listFolder(above, windows)).toEqual({
      path: above,
      parent: null,
      entries: ['C', 'E'].map((letter) => ({ name: `${letter}:`, path: `${letter}:\\`, kind: 'folder', size: 0 })),
    });
  });

  it('goes up from folder to drive to drives', () => {
    expect(parentOf('C:\\data\\ct', 'win32')).toBe('C:\\data');
    expect(parentOf('C:\\data', 'win32')).toBe('C:\\');
    expect(parentOf('\\\\server\\share\\', 'win32')).toBe(parentOf('C:\\', 'win32'));
    expect(parentOf('/', 'linux')).toBeNull();
  });
});
