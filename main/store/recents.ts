import type { Connection } from './connection.ts';

/** More are no help in finding one again. */
const KEPT = 10;

/** What was opened last, by path. */
export class StoredRecents {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Absolute paths, the newest first. */
  list(): string[] {
    return this.#connection.rows('SELECT path FROM recents ORDER BY opened DESC').map(([path]) => String(path));
  }

  /** Puts a path on top and lets go of the oldest. */
  add(path: string): void {
    this.#connection.transaction(() => {
      const next = Number(this.#connection.value('SELECT COALESCE(MAX(opened), 0) + 1 FROM recents'));
      this.#connection.run('INSERT OR REPLACE INTO recents (path, opened) VALUES (?, ?)', path, next);
      this.#connection.run(
        'DELETE FROM recents WHERE path NOT IN (SELECT path FROM recents ORDER BY opened DESC LIMIT ?)',
        KEPT,
      );
    });
  }

  clear(): void {
    this.#connection.run('DELETE FROM recents');
  }
}
