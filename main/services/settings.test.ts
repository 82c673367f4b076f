import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, Settings } from './settings.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-settings-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('Settings', () => {
  it('begin with defaults and are found again', async () => {
    const data = path.join(folder, 'not yet there');
    const settings = new Settings(data);
    expect(await settings.get()).toEqual(DEFAULT_SETTINGS);
    await settings.set({ device: 'webgpu' });
    expect(await new Settings(data).get()).toEqual({ ...DEFAULT_SETTINGS, device: 'webgpu' });
    expect(await readdir(data)).toEqual(['settings.json']);
  });

  it('take changes that come at the same time one after the other', async () => {
    const settings = new Settings(folder);
    const seen: unknown[] = [];
    settings.onChange((values) => seen.push(values));
    await Promise.all([settings.set({ device: 'cpu' }), settings.set({ engine: 'onnx' })]);
    expect(seen).toEqual([
      { ...DEFAULT_SETTINGS, device: 'cpu' },
      { ...DEFAULT_SETTINGS, device: 'cpu', engine: 'onnx' },
    ]);
    expect(JSON.parse(await readFile(path.join(folder, 'settings.json'), 'utf8'))).toEqual(seen[1]);
  });

  it.each(['{"device": "cpu"', '[]', '{"device": "abacus"}', ''])('survive a damaged file: %s', async (text) => {
    await writeFile(path.join(folder, 'settings.json'), text);
    expect(await new Settings(folder).get()).toEqual(DEFAULT_SETTINGS);
  });

  it('stay as they are where they cannot be written', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const settings = new Settings(path.join(folder, 'file'));
    await expect(settings.set({ device: 'cpu' })).rejects.toMatchObject({ code: 'file.write-failed' });
    expect(await settings.get()).toEqual(DEFAULT_SETTINGS);
  });
});
