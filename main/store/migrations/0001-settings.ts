import type { Connection } from '../connection.ts';

/** Settings by name, each as JSON. Which there are and what they may be is known to the service alone. */
export function settings(connection: Connection): void {
  connection.execute('CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT');
}
