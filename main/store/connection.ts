import Database from 'libsql';

/** What a column holds and a parameter may be. */
export type Cell = string | number | null;

/** Another process of this product writes for milliseconds at a time. */
const BUSY_MILLISECONDS = 5000;

/** One connection to an SQL database. All calls are synchronous: what they ask is small. */
export class Connection {
  readonly #database: Database.Database;

  /** @param file path of the database, or ':memory:' @throws where it is none or cannot be opened */
  constructor(file: string) {
    this.#database = new Database(file, { timeout: BUSY_MILLISECONDS });
    try {
      // Readers and one writer do not wait for each other, and a crash loses no more than the last moments.
      this.execute('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
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
      this.execute('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}
