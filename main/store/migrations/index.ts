import type { Connection } from '../connection.ts';
import { settings } from './0001-settings.ts';
import { recents } from './0002-recents.ts';
import { measurements } from './0003-measurements.ts';

/** All that ever changed the schema, in order: the number of a file is its place here. One that was released stays as it is. */
const MIGRATIONS: readonly ((connection: Connection) => void)[] = [settings, recents, measurements];

/** The schema that this version of the program reads and writes. */
export const SCHEMA = MIGRATIONS.length;

export const schemaOf = (connection: Connection): number => Number(connection.value('PRAGMA user_version'));

/** Brings a database up to date, whole or not at all; two processes may try at once. */
export function migrate(connection: Connection): void {
  if (schemaOf(connection) === SCHEMA) return;
  connection.transaction(() => {
    for (const [done, change] of MIGRATIONS.entries()) {
      if (done < schemaOf(connection)) continue;
      change(connection);
      connection.execute(`PRAGMA user_version = ${done + 1}`);
    }
  });
}
