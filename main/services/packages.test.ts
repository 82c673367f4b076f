import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeManifest } from '../testing/fakes.ts';
import { Packages } from './packages.ts';

let folder: string;
let packages: Packages;

async function add(where: string, id: string, manifest: unknown = fakeManifest({ id })): Promise<string> {
  const directory = path.join(folder, where, id);
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(path.join(directory, 'MODEL_CARD.md'), `# ${id}`);
  return directory;
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-packages-'));
  packages = new Packages(path.join(folder, 'bundled'), path.join(folder, 'imported'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('Packages', () => {
  it('lists bundled models first, then imported ones, and leaves out what is damaged', async () => {
    expect(await packages.list()).toEqual([]);
    await add('imported', 'skin');
    await add('bundled', 'chest');
    await add('imported', 'damaged', { schema: 99 });
    await add('imported', 'chest');
    await writeFile(path.join(folder, 'imported', 'notes.txt'), '');
    expect(await packages.list()).toMatchObject([
      { id: 'chest', bundled: true, modelCard: '# chest', manifest: { id: 'chest' } },
      { id: 'skin', bundled: false },
    ]);
  });

  it('tells what is wrong with a damaged package', async () => {
    await add('bundled', 'chest');
    await add('imported', 'chest', {});
    await add('imported', 'damaged', { schema: 99 });
    await mkdir(path.join(folder, 'imported', 'empty'));
    expect(await packages.damaged()).toMatchObject([
      { id: 'damaged', bundled: false, error: { code: 'model.invalid-package' } },
      { id: 'empty', error: { code: 'model.not-found' } },
    ]);
    await expect(packages.get('damaged')).rejects.toMatchObject({ code: 'model.invalid-package' });
  });

  it('finds a package by id, bundled ones first, or by its folder', async () => {
    const bundled = await add('bundled', 'chest');
    await add('imported', 'chest');
    const elsewhere = await add('elsewhere', 'mine');
    expect(await packages.resolve('chest')).toBe(bundled);
    expect(await packages.resolve(elsewhere)).toBe(elsewhere);
    expect(await packages.resolve(path.relative(process.cwd(), elsewhere))).toBe(elsewhere);
  });

  it('says which models there are where it finds none', async () => {
    await add('bundled', 'chest');
    await expect(packages.resolve('heart')).rejects.toMatchObject({
      code: 'model.not-found',
      message: expect.stringMatching(/"heart".*chest/) as string,
    });
    await expect(packages.get('heart')).rejects.toMatchObject({ code: 'model.not-found' });
    expect(await packages.get('chest')).toMatchObject({ id: 'chest' });
  });

  it('gives a place to a new package, never that of another one', async () => {
    await add('bundled', 'chest');
    await add('imported', 'damaged', {});
    expect(await packages.place('skin')).toBe(path.join(folder, 'imported', 'skin'));
    for (const id of ['chest', 'damaged']) {
      await expect(packages.place(id)).rejects.toMatchObject({ code: 'request.invalid' });
    }
  });
});
