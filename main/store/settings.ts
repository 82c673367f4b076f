import type { Connection } from './connection.ts';

/** Settings as JSON by name. */
export class StoredSettings {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.#connection.rows('SELECT name, value FROM settings') as [string, string][]);
  }

  /** All of them or none. */
  put(values: Readonly<Record<string, string>>): void {
    this.#connection.transaction(() => {
      for (const [name, value] of Object.entries(values)) {
        this.#connection.run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', name, value);
      }
    });
  }
}
