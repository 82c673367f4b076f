import Database from 'libsql';

/** What a column holds and a parameter may be. */
export type Cell = string | number | null;

/** Another process of this product writes for milliseconds at a time. */
const BUSY_MILLISECONDS = 5000;

/** For a database that several processes share: readers and one writer do not wait for each other, and a crash loses no more than the last moments. */
const SHARED = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL';

/**
 * For a database that one process has to itself, on a network file system too (WAL needs memory that processes share):
 * nothing that was committed is lost, whatever happens to the machine.
 */
export const EXCLUSIVE = 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL';

/** One connection to an SQL database. All calls are synchronous: what they ask is small. */
export class Connection {
  readonly #database: Database.Database;

  /** @param file path of the database, or ':memory:' @throws where it is none or cannot be opened */
  constructor(file: string, pragmas = SHARED, busyMilliseconds = BUSY_MILLISECONDS) {
    this.#database = new Database(file, { timeout: busyMilliseconds });
    try {
      this.execute(`${pragmas}; PRAGMA foreign_keys = ON`);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Statements without parameters, apart by semicolons. */
  execute(sql: string): void {
    this.#database.exec(sql);
  }

  run(sql: string, ...parameters: Cell[]): void {
    this.#database.prepare(sql).run(...parameters);
  }

  /** Rows as arrays of their columns. */
  rows(sql: string, ...parameters: Cell[]): Cell[][] {
    return this.#database
      .prepare(sql)
      .raw()
      .all(...parameters) as Cell[][];
  }

  /** The same one by one, so that a table of any length is never held whole. Nothing is to be written meanwhile. */
  *each(sql: string, ...parameters: Cell[]): Generator<Cell[]> {
    yield* this.#database
      .prepare(sql)
      .raw()
      .iterate(...parameters) as IterableIterator<Cell[]>;
  }

  /** The first column of the first row. */
  value(sql: string, ...parameters: Cell[]): Cell | undefined {
    return this.rows(sql, ...parameters)[0]?.[0];
  }

  /** All or nothing; no other process writes meanwhile. */
  transaction<R>(work: () => R): R {
    this.execute('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.execute('COMMIT');
      return result;
    } catch (error) {
      try {
        this.execute('ROLLBACK');
      } catch {
        // A full disk has rolled it back already; what went wrong is told by the first error.
      }
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}
