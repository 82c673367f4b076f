import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { foreignText } from '../../models/errors.ts';
import { warning, type Warning } from '../../models/warnings.ts';
import { Connection } from './connection.ts';
import { takeOverSettings } from './legacy-settings.ts';
import { migrate, SCHEMA, schemaOf } from './migrations/index.ts';
import { StoredMeasurements } from './measurements.ts';
import { StoredRecents } from './recents.ts';
import { StoredSettings } from './settings.ts';

const FILE = 'hifuse.sqlite';
/** SQLite's own files beside a database: what was written last is in the first. */
const COMPANIONS = ['-wal', '-shm'] as const;

/** The one database of the application: everything that outlives a session but the models. */
export interface Store {
  readonly settings: StoredSettings;
  readonly recents: StoredRecents;
  readonly measurements: StoredMeasurements;
  /** What the person must know of it: that it was set aside, or cannot be kept. */
  readonly notices: readonly Warning[];
  close(): void;
}

/**
 * Opens the store of a data folder, which is made where it is not there; several processes may have it open. A store that
 * is damaged, or that a newer version wrote, is set aside under another name and a new one begun. Where none can be
 * written, one in memory serves the session. Never throws.
 */
export function openStore(dataDirectory: string): Store {
  const file = path.join(dataDirectory, FILE);
  try {
    makePrivate(dataDirectory, file);
    const before = identity(file);
    const opened = tryOpen(file);
    if (opened instanceof Connection) return storeOf(opened, dataDirectory);
    // Unless another process has done so meanwhile.
    const aside = identity(file) === before ? setAside(file, opened.why) : null;
    makePrivate(dataDirectory, file);
    const again = tryOpen(file);
    if (!(again instanceof Connection)) throw again.error;
    return storeOf(again, dataDirectory, aside === null ? [] : [noticeOf(opened.why, path.basename(aside))]);
  } catch (error) {
    return storeOf(new Connection(':memory:'), null, [warning('store.unavailable', { message: foreignText(error) })]);
  }
}

/** Whether a data folder has a store, or settings that would become one. */
export const hasStore = (dataDirectory: string): boolean =>
  existsSync(path.join(dataDirectory, FILE)) || existsSync(path.join(dataDirectory, 'settings.json'));

interface Refusal {
  why: 'damaged' | 'newer';
  error: Error;
}

/** @throws where it cannot be opened for another reason than its content */
function tryOpen(file: string): Connection | Refusal {
  let connection: Connection | undefined;
  try {
    connection = new Connection(file);
    const schema = schemaOf(connection);
    if (schema > SCHEMA) {
      connection.close();
      return { why: 'newer', error: new Error(`schema ${schema}`) };
    }
    const verdict = connection.value('PRAGMA quick_check(1)');
    if (verdict !== 'ok') throw Object.assign(new Error(String(verdict)), { code: 'SQLITE_CORRUPT' });
    return connection;
  } catch (error) {
    connection?.close();
    if (isDamage(error)) return { why: 'damaged', error };
    throw error;
  }
}

const isDamage = (error: unknown): error is Error =>
  error instanceof Error && /^SQLITE_(NOTADB|CORRUPT)/.test(String((error as { code?: unknown }).code));

function storeOf(connection: Connection, dataDirectory: string | null, notices: readonly Warning[] = []): Store {
  const settings = new StoredSettings(connection);
  const isNew = schemaOf(connection) === 0;
  migrate(connection);
  if (isNew && dataDirectory !== null) takeOverSettings(dataDirectory, settings);
  return {
    settings,
    recents: new StoredRecents(connection),
    measurements: new StoredMeasurements(connection),
    notices,
    close: () => {
      connection.close();
    },
  };
}

const noticeOf = (why: Refusal['why'], file: string): Warning =>
  why === 'newer' ? warning('store.newer', { file }) : warning('store.damaged', { file });

/** Paths and choices of the person concern nobody else on the machine. SQLite gives its other files the same rights. */
function makePrivate(dataDirectory: string, file: string): void {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

const identity = (file: string): string => {
  const { dev, ino } = statSync(file);
  return `${dev}:${ino}`;
};

/** Gives a store and its companions another name, which says when and why. */
function setAside(file: string, why: Refusal['why']): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const aside = file.replace(/\.sqlite$/, `.${why}-${time}-${process.pid}.sqlite`);
  for (const end of COMPANIONS) if (existsSync(file + end)) renameSync(file + end, aside + end);
  renameSync(file, aside);
  return aside;
}
