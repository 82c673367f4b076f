import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { foreignText, HifuseError } from '../../models/errors.ts';
import type { FileFacts } from '../../worker/protocol.ts';
import type { ResultRow, ResultsHeader } from '../results/row.ts';
import { Connection, EXCLUSIVE, type Cell } from '../store/connection.ts';
import { difference, type BatchPlan } from './plan.ts';
import { classColumn, createTables, RUN_SCHEMA } from './schema.ts';

/** The store of a run, in its folder. */
export const STORE_FILE = 'run.sqlite';

/** What another process that ended a moment ago may take to let go of the store. */
const BUSY_MILLISECONDS = 2000;

/** A file that was met in the folders. */
export interface ListedFile {
  /** Relative to the root, with '/' between parts. */
  path: string;
  /** Its place in the order of all files. */
  position: number;
  /** Which version of it is there: see {@link versionOf}. */
  version: string;
  /** Known without reading it: why there will be no prediction. */
  row?: ResultRow;
}

/** A file that has frames without a result. */
export interface OpenFile {
  id: number;
  path: string;
  position: number;
  /** As it was listed. */
  version: string;
}

/** One frame of a file and what became of it. */
export interface FrameResult {
  fileId: number;
  row: ResultRow;
  /** Of the file as it was read; null where it could not be. */
  version: string | null;
  facts: FileFacts | null;
  /** It is the last one that the file lacked. */
  completes: boolean;
}

/** A row as it is kept, with what its file is. */
export interface KeptRow {
  path: string;
  makerId: number;
  row: ResultRow;
  file: FileColumns;
}

export interface FileColumns {
  sha256: string | null;
  modality: string | null;
  bodyPart: string | null;
  view: string | null;
  ageYears: number | null;
  patientId: string | null;
  studyUid: string | null;
  seriesUid: string | null;
  sopInstanceUid: string | null;
  /** Path of the first file with the same bytes; null where this one is the first. */
  duplicateOf: string | null;
}

export interface Counts {
  files: number;
  filesDone: number;
  ok: number;
  failed: number;
  skipped: number;
}

/** A version of a file that outlives a new mount of its file system: size and time of the last change, without the inode. */
export const versionOf = (fileVersion: string): string => fileVersion.split(':').slice(0, 2).join(':');

const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code));

/** The columns of `files` that results tell of, in the order of {@link FileColumns}. */
const FILE_COLUMNS = `
  f.sha256, f.modality, f.body_part, f.view, f.age_years, f.patient_id, f.study_uid, f.series_uid, f.sop_instance_uid,
  (SELECT o.path FROM files o WHERE o.sha256 = f.sha256 ORDER BY o.position LIMIT 1)`;

function keptRow([file, maker, json, ...columns]: Cell[]): KeptRow {
  const text = (index: number): string | null => (columns[index] as string | null | undefined) ?? null;
  const [first, ageYears] = [text(9), columns[4] as number | null];
  return {
    path: String(file),
    makerId: Number(maker),
    row: JSON.parse(String(json)) as ResultRow,
    file: {
      sha256: text(0),
      modality: text(1),
      bodyPart: text(2),
      view: text(3),
      ageYears,
      patientId: text(5),
      studyUid: text(6),
      seriesUid: text(7),
      sopInstanceUid: text(8),
      duplicateOf: first === file ? null : first,
    },
  };
}

/**
 * All that is known of a run: its plan, the files that were met, and one row for each frame that was classified. One
 * process has it open at a time; what a transaction wrote outlives the end of the process and of the machine.
 */
export class RunStore {
  readonly folder: string;
  readonly plan: BatchPlan;
  readonly #connection: Connection;

  private constructor(folder: string, connection: Connection, plan: BatchPlan) {
    this.folder = folder;
    this.#connection = connection;
    this.plan = plan;
  }

  /**
   * Opens the run of a folder, or begins one.
   * @throws HifuseError `batch.locked`, `batch.other-run`, `batch.damaged`, `batch.newer`, `file.write-failed`
   */
  static begin(folder: string, plan: BatchPlan): RunStore {
    return RunStore.#guard(folder, () => {
      mkdirSync(folder, { recursive: true });
      const connection = RunStore.#connect(folder);
      try {
        if (connection.value('PRAGMA user_version') === 0) {
          connection.transaction(() => {
            createTables(connection, plan.model.classes.length);
            connection.run(`INSERT INTO run VALUES ('plan', ?)`, JSON.stringify(plan));
          });
        }
        const kept = RunStore.#planOf(connection);
        const what = JSON.stringify(kept.shard) === JSON.stringify(plan.shard) ? difference(kept, plan) : 'shard';
        if (what !== null) throw new HifuseError('batch.other-run', { folder, what });
        return new RunStore(folder, connection, kept);
      } catch (error) {
        release(connection);
        throw error;
      }
    });
  }

  /** Opens the run that a folder holds. @throws HifuseError `batch.no-run`, and as {@link begin} */
  static open(folder: string): RunStore {
    if (!existsSync(path.join(folder, STORE_FILE))) throw new HifuseError('batch.no-run', { folder });
    return RunStore.#guard(folder, () => {
      const connection = RunStore.#connect(folder);
      try {
        return new RunStore(folder, connection, RunStore.#planOf(connection));
      } catch (error) {
        release(connection);
        throw error;
      }
    });
  }

  static #connect(folder: string): Connection {
    const connection = new Connection(path.join(folder, STORE_FILE), EXCLUSIVE, BUSY_MILLISECONDS);
    try {
      // Takes the lock, which is held until the store is closed.
      connection.execute('BEGIN EXCLUSIVE; COMMIT');
      const schema = Number(connection.value('PRAGMA user_version'));
      if (schema > RUN_SCHEMA) throw new HifuseError('batch.newer', { folder });
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  static #planOf(connection: Connection): BatchPlan {
    return JSON.parse(String(connection.value(`SELECT value FROM run WHERE name = 'plan'`))) as BatchPlan;
  }

  static #guard<R>(folder: string, work: () => R): R {
    try {
      return work();
    } catch (error) {
      if (error instanceof HifuseError) throw error;
      if (isBusy(error)) throw new HifuseError('batch.locked', { folder });
      throw storeError(folder, error);
    }
  }

  /** The number under which rows name what made them. */
  maker(header: ResultsHeader): number {
    const json = JSON.stringify(header);
    this.#connection.run('INSERT OR IGNORE INTO makers (header) VALUES (?)', json);
    return Number(this.#connection.value('SELECT id FROM makers WHERE header = ?', json));
  }

  makers(): Map<number, ResultsHeader> {
    const rows = this.#connection.rows('SELECT id, header FROM makers ORDER BY id');
    return new Map(rows.map(([id, header]) => [Number(id), JSON.parse(String(header)) as ResultsHeader]));
  }

  /** A value of the run itself, as JSON. */
  get(name: string): unknown {
    const value = this.#connection.value('SELECT value FROM run WHERE name = ?', name);
    return value === undefined ? undefined : JSON.parse(String(value));
  }

  set(name: string, value: unknown): void {
    RunStore.#guard(this.folder, () => {
      this.#connection.run('INSERT OR REPLACE INTO run VALUES (?, ?)', name, JSON.stringify(value));
    });
  }

  /** All or nothing. @throws HifuseError `file.write-failed` */
  #write(work: () => void): void {
    RunStore.#guard(this.folder, () => {
      this.#connection.transaction(work);
    });
  }

  /** Begins to list the files anew, as the `n`-th time. Those of which none is listed under its number are gone. */
  beginListing(): number {
    const listing = Number(this.get('listing') ?? 0) + 1;
    this.set('listing', listing);
    this.set('listed', false);
    return listing;
  }

  /** Takes files in. A file whose version is another one than that of its rows loses these. */
  list(listing: number, files: readonly ListedFile[], makerId: number): void {
    const connection = this.#connection;
    this.#write(() => {
      for (const { path: file, position, version, row } of files) {
        const [known] = connection.rows('SELECT id, version, done FROM files WHERE path = ?', file);
        if (!known) {
          connection.run(
            'INSERT INTO files (path, position, listed, version) VALUES (?, ?, ?, ?)',
            ...[file, position, listing, version],
          );
        } else {
          const [id, kept, done] = known;
          const redo = kept !== version;
          if (row && done === 1 && !redo) {
            connection.run('UPDATE files SET position = ?, listed = ? WHERE id = ?', position, listing, id!);
            continue;
          }
          if (redo) connection.run('DELETE FROM results WHERE file = ?', id!);
          connection.run(
            'UPDATE files SET position = ?, listed = ?, version = ?, done = ? WHERE id = ?',
            ...[position, listing, version, redo ? 0 : done!, id!],
          );
        }
        if (!row) continue;
        const id = Number(connection.value('SELECT id FROM files WHERE path = ?', file));
        this.#insert({ fileId: id, row, version: null, facts: null, completes: true }, makerId);
      }
    });
  }

  /**
   * Ends the listing: what was not met in it and is not done gets the row that `gone` makes. What is done stays as it is.
   */
  endListing(listing: number, gone: (file: string) => ResultRow, makerId: number): void {
    const connection = this.#connection;
    this.#write(() => {
      const lost = connection.rows('SELECT id, path FROM files WHERE listed <> ? AND done = 0', listing);
      for (const [id, file] of lost) {
        connection.run('DELETE FROM results WHERE file = ?', id!);
        connection.run(`UPDATE files SET version = '' WHERE id = ?`, id!);
        const row = gone(String(file));
        this.#insert({ fileId: Number(id), row, version: null, facts: null, completes: true }, makerId);
      }
      this.set('listed', true);
    });
  }

  /** Whether all files of the folders are known, and each has its rows. */
  get complete(): boolean {
    return (
      this.get('listed') === true && this.#connection.value('SELECT 1 FROM files WHERE done = 0 LIMIT 1') === undefined
    );
  }

  /** The next files of a listing, after a position, of which frames lack a result. */
  open(listing: number, after: number, count: number): OpenFile[] {
    return this.#connection
      .rows(
        `SELECT id, path, position, version FROM files
         WHERE done = 0 AND position > ? AND listed = ? ORDER BY position LIMIT ?`,
        ...[after, listing, count],
      )
      .map(([id, file, position, version]) => ({
        id: Number(id),
        path: String(file),
        position: Number(position),
        version: String(version),
      }));
  }

  /** Frames of a file that have a result. */
  framesDone(fileId: number): Set<number> {
    return new Set(this.#connection.rows('SELECT frame FROM results WHERE file = ?', fileId).map(([n]) => Number(n)));
  }

  /** Keeps results, all of them or none. @throws HifuseError `file.write-failed` */
  put(results: readonly FrameResult[], makerId: number): void {
    this.#write(() => {
      for (const result of results) this.#insert(result, makerId);
    });
  }

  #insert({ fileId, row, version, facts, completes }: FrameResult, makerId: number): void {
    const connection = this.#connection;
    const probabilities = this.plan.model.classes.map((_, i) => row.classes[i]?.probability ?? null);
    const top1 = row.top1 === null ? null : this.plan.model.classes.indexOf(row.top1);
    const columns = probabilities.map((_, i) => classColumn(i));
    connection.run(
      `INSERT OR REPLACE INTO results (file, frame, maker, status, error, top1, confidence, verdict, ${columns.join()}, row)
       VALUES (${['?', '?', '?', '?', '?', '?', '?', '?', ...columns.map(() => '?'), '?'].join()})`,
      ...[fileId, row.frame, makerId, row.status, row.error?.code ?? null, top1],
      ...[
        top1 === null ? null : probabilities[top1]!,
        row.verdict?.state ?? null,
        ...probabilities,
        JSON.stringify(row),
      ],
    );
    if (facts) {
      const { header } = facts;
      connection.run(
        `UPDATE files SET sha256 = ?, modality = ?, body_part = ?, view = ?, age_years = ?, patient_id = ?,
           patient_name = ?, patient_sex = ?, study_uid = ?, study_date = ?, study_description = ?, series_uid = ?,
           series_description = ?, sop_instance_uid = ? WHERE id = ?`,
        ...[facts.sha256, header.modality || null, header.bodyPart || null, header.viewPosition || null],
        ...[header.age?.years ?? null, header.patientId || null, header.patientName || null, header.patientSex || null],
        ...[header.studyUid || null, header.studyDate || null, header.studyDescription || null],
        ...[header.seriesUid || null, header.seriesDescription || null, header.sopInstanceUid || null, fileId],
      );
    }
    if (version !== null) connection.run('UPDATE files SET version = ? WHERE id = ?', version, fileId);
    if (completes) connection.run('UPDATE files SET done = 1 WHERE id = ?', fileId);
  }

  /** Opens failed files again, so that they are done anew. */
  reopenFailed(): void {
    this.#write(() => {
      this.#connection.execute(`
        UPDATE files SET done = 0 WHERE id IN (SELECT file FROM results WHERE status = 'failed');
        DELETE FROM results WHERE file IN (SELECT id FROM files WHERE done = 0) AND status = 'failed';
      `);
    });
  }

  counts(): Counts {
    const [files, filesDone] = this.#connection.rows('SELECT COUNT(*), COALESCE(SUM(done), 0) FROM files')[0]!;
    const by = new Map(
      this.#connection.rows('SELECT status, COUNT(*) FROM results GROUP BY status') as [string, number][],
    );
    return {
      files: Number(files),
      filesDone: Number(filesDone),
      ok: by.get('ok') ?? 0,
      failed: by.get('failed') ?? 0,
      skipped: by.get('skipped') ?? 0,
    };
  }

  /** All rows in the order of the files and their frames. */
  *rows(): Generator<KeptRow> {
    const order = 'ORDER BY f.position, f.path, r.frame';
    const select = `SELECT f.path, r.maker, r.row, ${FILE_COLUMNS} FROM results r JOIN files f ON f.id = r.file ${order}`;
    for (const columns of this.#connection.each(select)) yield keptRow(columns);
  }

  /** The same, those of a series together, where its first one stands. A file without a series is one of its own. */
  *rowsBySeries(): Generator<KeptRow[]> {
    const select = `
      SELECT f.path, r.maker, r.row, ${FILE_COLUMNS},
        COALESCE('uid ' || f.series_uid, 'file ' || f.path) AS series,
        MIN(f.position) OVER (PARTITION BY COALESCE('uid ' || f.series_uid, 'file ' || f.path)) AS first
      FROM results r JOIN files f ON f.id = r.file
      ORDER BY first, series, f.position, f.path, r.frame`;
    let series: Cell = null;
    let rows: KeptRow[] = [];
    for (const columns of this.#connection.each(select)) {
      if (columns.at(-2) !== series && rows.length > 0) {
        yield rows;
        rows = [];
      }
      series = columns.at(-2)!;
      rows.push(keptRow(columns.slice(0, -2)));
    }
    if (rows.length > 0) yield rows;
  }

  /** Takes the files of another store over, with their rows, in place of those of the same path. */
  takeOver(other: RunStore, listing: number, chunk: number): void {
    const makers = new Map([...other.makers()].map(([id, header]) => [id, this.maker(header)]));
    const columns = this.#connection.rows(`SELECT name FROM pragma_table_info('files')`).map(([name]) => String(name));
    const kept = columns.filter((name) => name !== 'id' && name !== 'listed');
    const resultColumns = this.#connection
      .rows(`SELECT name FROM pragma_table_info('results')`)
      .map(([name]) => String(name))
      .filter((name) => name !== 'file' && name !== 'maker');
    const marks = (count: number): string => new Array<string>(count).fill('?').join();
    for (let after = 0; ;) {
      const files = other.#connection.rows(
        `SELECT id, ${kept.join()} FROM files WHERE id > ? ORDER BY id LIMIT ?`,
        ...[after, chunk],
      );
      if (files.length === 0) return;
      after = Number(files.at(-1)![0]);
      this.#write(() => {
        for (const [id, ...values] of files) {
          this.#connection.run('DELETE FROM files WHERE path = ?', values[kept.indexOf('path')]!);
          this.#connection.run(
            `INSERT INTO files (${kept.join()}, listed) VALUES (${marks(kept.length + 1)})`,
            ...[...values, listing],
          );
          const mine = this.#connection.value('SELECT last_insert_rowid()')!;
          const rows = other.#connection.rows(
            `SELECT maker, ${resultColumns.join()} FROM results WHERE file = ? ORDER BY frame`,
            id!,
          );
          for (const [maker, ...row] of rows) {
            this.#connection.run(
              `INSERT INTO results (file, maker, ${resultColumns.join()}) VALUES (${marks(resultColumns.length + 2)})`,
              ...[mine, makers.get(Number(maker))!, ...row],
            );
          }
        }
      });
    }
  }

  /** Path -> Patient ID, of files that name one. */
  patients(): Map<string, string> {
    const rows = this.#connection.rows('SELECT path, patient_id FROM files WHERE patient_id IS NOT NULL');
    return new Map(rows as [string, string][]);
  }

  close(): void {
    release(this.#connection);
  }
}

/** Closes a store. libsql keeps a file open until its statements are collected, and with it a lock that is exclusive. */
function release(connection: Connection): void {
  try {
    connection.execute('PRAGMA locking_mode = NORMAL');
    connection.value('SELECT COUNT(*) FROM run');
  } finally {
    connection.close();
  }
}

/** What SQLite says of a disk or a file. */
export function storeError(folder: string, error: unknown): HifuseError {
  const code = String((error as { code?: unknown }).code);
  if (/^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(code)) {
    return new HifuseError('batch.damaged', { folder, message: foreignText(error) });
  }
  const problem = code.startsWith('SQLITE_FULL') ? 'ENOSPC' : code === 'undefined' ? foreignText(error) : code;
  return new HifuseError('file.write-failed', { reason: 'file', file: STORE_FILE, problem });
}
