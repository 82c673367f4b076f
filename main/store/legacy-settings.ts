import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { StoredSettings } from './settings.ts';

/** Where earlier versions kept the settings. */
const FILE = 'settings.json';

/**
 * Takes the settings of an earlier version over into a new store, and puts their file aside under another name. One that
 * is damaged counts as empty: settings are never worth a refusal to start.
 */
export function takeOverSettings(dataDirectory: string, settings: StoredSettings): void {
  const file = path.join(dataDirectory, FILE);
  try {
    const values: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
      settings.put(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)])));
    }
  } catch {
    // Most often it is not there.
  }
  try {
    renameSync(file, `${file}.taken-over`);
  } catch {
    // Another process was faster, or it cannot be renamed: no store is new a second time, so it is not read again.
  }
}
