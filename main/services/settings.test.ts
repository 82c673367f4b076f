import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../store/open.ts';
import { DEFAULT_SETTINGS, Settings } from './settings.ts';

let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hifuse-settings-'));
  store = openStore(folder);
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('Settings', () => {
  it('begin with defaults and are found again', () => {
    const settings = new Settings(store.settings);
    expect(settings.get()).toEqual(DEFAULT_SETTINGS);
    expect(settings.set({ device: 'webgpu' })).toEqual({ ...DEFAULT_SETTINGS, device: 'webgpu' });
    expect(new Settings(store.settings).get()).toEqual({ ...DEFAULT_SETTINGS, device: 'webgpu' });
  });

  it('tell of their changes', () => {
    const settings = new Settings(store.settings);
    const seen: unknown[] = [];
    settings.onChange((values) => seen.push(values));
    settings.set({ device: 'cpu' });
    settings.set({ engine: 'onnx' });
    expect(seen).toEqual([
      { ...DEFAULT_SETTINGS, device: 'cpu' },
      { ...DEFAULT_SETTINGS, device: 'cpu', engine: 'onnx' },
    ]);
  });

  it('see what another process changed', () => {
    const settings = new Settings(store.settings);
    const other = openStore(folder);
    new Settings(other.settings).set({ device: 'cpu' });
    other.close();
    expect(settings.get().device).toBe('cpu');
  });

  it('have their defaults where what is stored makes no sense, and keep the others', () => {
    store.settings.put({ device: '"abacus"', engine: '"onnx', noticeAccepted: 'true', 'from later': '1' });
    expect(new Settings(store.settings).get()).toEqual({ ...DEFAULT_SETTINGS, noticeAccepted: true });
  });

  it('stay as they are where they cannot be written', () => {
    const put = (): void => {
      throw new Error('disk full');
    };
    const settings = new Settings({ all: () => ({}), put });
    const told: unknown[] = [];
    settings.onChange((values) => told.push(values));
    expect(() => settings.set({ device: 'cpu' })).toThrow(/could not be saved \(disk full\)/);
    expect([settings.get(), told]).toEqual([DEFAULT_SETTINGS, []]);
  });
});
