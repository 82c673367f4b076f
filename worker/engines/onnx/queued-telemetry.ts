/**
 * What ONNX Runtime's telemetry (see no-telemetry.ts) had collected and not yet sent before it was switched off: a
 * database in the user's cache folder, shared by every program of the user that contains ONNX Runtime.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** As the library itself finds its folder on Linux, the one system where it was seen to collect. */
function databasePath(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  return path.join(cache, 'Microsoft', 'DeveloperTools', '.onnxruntime', 'onnxruntime.db');
}

/** What our graphs name as their producer (graph.ts): in every event about one of our sessions. */
const PRODUCER = 'HiFuse Viewer';
/** Every event names the run of the program that it is of. */
const RUN = /AppSessionGuid.{1,16}?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/s;

/**
 * Deletes the events of runs that opened a graph of this product, and no others: those of a run that never named our
 * graphs may be another program's.
 *
 * @returns how many were deleted; 0 too where the database is absent, in use or of another kind
 */
export async function deleteQueuedTelemetry(file = databasePath()): Promise<number> {
  if (process.platform !== 'linux' || !existsSync(file)) return 0;
  try {
    const { default: Database } = await import('libsql');
    const database = new Database(file);
    try {
      database.pragma('secure_delete = ON');
      const events = database.prepare('SELECT rowid, payload FROM events').all() as {
        rowid: number;
        payload: Uint8Array | null;
      }[];
      const described = events.map(({ rowid, payload }) => {
        const text = Buffer.from(payload ?? []).toString('latin1');
        return { rowid, ours: text.includes(PRODUCER), run: RUN.exec(text)?.[1] };
      });
      const ownRuns = new Set(described.flatMap(({ ours, run }) => (ours && run !== undefined ? [run] : [])));
      const own = described.filter(({ ours, run }) => ours || (run !== undefined && ownRuns.has(run)));
      const remove = database.prepare('DELETE FROM events WHERE rowid = ?');
      for (const { rowid } of own) remove.run(rowid);
      if (own.length > 0) database.pragma('wal_checkpoint(TRUNCATE)');
      return own.length;
    } finally {
      database.close();
    }
  } catch {
    return 0;
  }
}
