import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from './open.ts';
import { SCHEMA } from './migrations/index.ts';

/** `npm test` builds first. */
const built = path.join(import.meta.dirname, '..', '..', 'dist', 'main', 'store', 'open.js');

let folder: string;
const opened: Store[] = [];
const open = (data = folder): Store => {
  const store = openStore(data);
  opened.push(store);
  return store;
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hifuse-store-'));
});

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

const FILE = 'hifuse.sqlite';
const databases = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.sqlite'));
const modeOf = (...parts: string[]): string => (statSync(path.join(folder, ...parts)).mode & 0o777).toString(8);

describe('the store', () => {
  it('is found again as it was left', () => {
    const first = open();
    first.settings.put({ device: '"webgpu"' });
    first.recents.add('/images/a');
    first.close();
    const second = open();
    expect(second.settings.all()).toEqual({ device: '"webgpu"' });
    expect(second.recents.list()).toEqual(['/images/a']);
    expect([first.notices, second.notices]).toEqual([[], []]);
  });

  it.skipIf(process.platform === 'win32')('concerns nobody else on the machine', () => {
    const store = open(path.join(folder, 'data'));
    store.settings.put({ device: '"cpu"' });
    expect(modeOf('data')).toBe('700');
    const files = readdirSync(path.join(folder, 'data'));
    expect(files).toContain(FILE);
    expect(files.map((name) => modeOf('data', name))).toEqual(files.map(() => '600'));
  });

  it.skipIf(process.platform === 'win32')('is made private where it was not', () => {
    open().close();
    chmodSync(path.join(folder, FILE), 0o644);
    open();
    expect(modeOf(FILE)).toBe('600');
  });

  it('takes over the settings of an earlier version once', () => {
    writeFileSync(path.join(folder, 'settings.json'), '{"device": "webgpu", "noticeAccepted": true}');
    const store = open();
    expect(store.settings.all()).toEqual({ device: '"webgpu"', noticeAccepted: 'true' });
    expect(readFileSync(path.join(folder, 'settings.json.taken-over'), 'utf8')).toContain('webgpu');
    store.settings.put({ device: '"cpu"' });
    store.close();
    writeFileSync(path.join(folder, 'settings.json'), '{"device": "cuda"}');
    expect(open().settings.all()).toMatchObject({ device: '"cpu"' });
  });

  it.each(['{"device": "cpu"', '[]', ''])(
    'begins with no settings where those of an earlier version are: %s',
    (text) => {
      writeFileSync(path.join(folder, 'settings.json'), text);
      const store = open();
      expect([store.settings.all(), store.notices]).toEqual([{}, []]);
      expect(readFileSync(path.join(folder, 'settings.json.taken-over'), 'utf8')).toBe(text);
    },
  );

  it('is set aside where it is no database, and said, and nothing of it is lost', () => {
    const damaged = 'no database at all '.repeat(400);
    writeFileSync(path.join(folder, FILE), damaged);
    const store = open();
    const [aside] = databases().filter((name) => name !== FILE);
    expect(store.notices).toEqual([{ code: 'store.damaged', details: { file: aside } }]);
    expect(readFileSync(path.join(folder, aside!), 'utf8')).toBe(damaged);
    store.settings.put({ device: '"cpu"' });
    store.close();
    const again = open();
    expect([again.settings.all(), again.notices]).toEqual([{ device: '"cpu"' }, []]);
  });

  it('is set aside where pages of it are overwritten', () => {
    const first = open();
    for (let i = 0; i < 500; i++) first.settings.put({ [`setting ${i}`]: JSON.stringify('x'.repeat(200)) });
    first.close();
    const database = new Database(path.join(folder, FILE));
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    const bytes = readFileSync(path.join(folder, FILE));
    bytes.fill(0xa5, 8192, 40_960);
    writeFileSync(path.join(folder, FILE), bytes);
    const store = open();
    expect(store.notices).toMatchObject([{ code: 'store.damaged' }]);
    expect(store.settings.all()).toEqual({});
  });

  it('is set aside where a newer version wrote it', () => {
    open().close();
    const database = new Database(path.join(folder, FILE));
    database.exec(`CREATE TABLE later (x); PRAGMA user_version = ${SCHEMA + 1}`);
    database.close();
    const store = open();
    const [aside] = databases().filter((name) => name !== FILE);
    expect(store.notices).toEqual([{ code: 'store.newer', details: { file: aside } }]);
    expect(store.settings.all()).toEqual({});
    const kept = new Database(path.join(folder, aside!));
    expect(kept.prepare('SELECT name FROM sqlite_master WHERE name = ?').raw().all('later')).toEqual([['later']]);
    kept.close();
  });

  it('serves the session from memory where it cannot be written, and says so', () => {
    writeFileSync(path.join(folder, 'file'), '');
    const store = open(path.join(folder, 'file'));
    store.settings.put({ device: '"cpu"' });
    expect(store.settings.all()).toEqual({ device: '"cpu"' });
    expect(store.notices).toMatchObject([{ code: 'store.unavailable' }]);
  });

  it.skipIf(!existsSync(built))('is shared by processes that open and write it at once', async () => {
    const script = `
      import { openStore } from ${JSON.stringify(pathToFileURL(built).href)};
      const store = openStore(process.argv[2]);
      for (let i = 0; i < 50; i++) { store.settings.put({ [process.argv[3] + i]: String(i) }); store.recents.add('/' + process.argv[3]); }
      process.stdout.write(JSON.stringify(store.notices));
      store.close();`;
    const file = path.join(folder, 'write.mjs');
    writeFileSync(file, script);
    const run = (name: string) => promisify(execFile)(process.execPath, [file, folder, name]);
    const outputs = await Promise.all(['a', 'b', 'c'].map(run));
    expect(outputs.map(({ stdout }) => stdout)).toEqual(['[]', '[]', '[]']);
    const store = open();
    expect(Object.keys(store.settings.all())).toHaveLength(150);
    expect(store.recents.list().sort()).toEqual(['/a', '/b', '/c']);
  });
});

describe('recents', () => {
  it('are ten at most, the newest first, each once', () => {
    const { recents } = open();
    for (let i = 0; i < 14; i++) recents.add(`/images/${i % 12}`);
    expect(recents.list()).toEqual([1, 0, 11, 10, 9, 8, 7, 6, 5, 4].map((i) => `/images/${i}`));
    recents.clear();
    expect(recents.list()).toEqual([]);
  });
});
