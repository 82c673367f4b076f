import type { Connection } from '../connection.ts';

/** Files and folders that the person opened; `opened` counts up with every opening. */
export function recents(connection: Connection): void {
  connection.execute(`
    CREATE TABLE recents (path TEXT PRIMARY KEY, opened INTEGER NOT NULL) STRICT;
    CREATE INDEX recents_by_opening ON recents (opened)`);
}
