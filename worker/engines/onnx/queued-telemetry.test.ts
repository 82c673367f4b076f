import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { expect, test } from 'vitest';
import { deleteQueuedTelemetry } from './queued-telemetry.ts';

const OURS = '5b0053fb-8eb8-6fea-1d0f-85cf864113e5';
const ANOTHER = 'b0e3af01-93a8-49ae-b2fc-551a6a158835';

/** An event as the library stores it: text between bytes that say what follows. */
const event = (run: string, ...more: string[]) =>
  Buffer.from(['\x29\x033.0I\x0bSystemMetrics', `AppSessionGuid\x69\x24${run}`, ...more].join('\x01\xff'), 'latin1');

test.skipIf(process.platform !== 'linux')('deletes the events of our runs and leaves every other', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hifuse-telemetry-'));
  const file = path.join(folder, 'onnxruntime.db');
  try {
    expect(await deleteQueuedTelemetry(file)).toBe(0);
    const database = new Database(file);
    database.exec('CREATE TABLE events (record_id TEXT, payload BLOB)');
    const insert = database.prepare('INSERT INTO events VALUES (?, ?)');
    insert.run('metrics', event(OURS));
    insert.run('session', event(OURS, 'modelProducerName', 'HiFuse Viewer'));
    insert.run('theirs', event(ANOTHER, 'modelProducerName', 'pytorch'));
    insert.run('their metrics', event(ANOTHER));
    insert.run('empty', null);
    database.close();

    expect(await deleteQueuedTelemetry(file)).toBe(2);
    const left = new Database(file);
    expect(left.prepare('SELECT record_id FROM events').pluck().all()).toEqual(['theirs', 'their metrics', 'empty']);
    left.close();
    expect(await deleteQueuedTelemetry(file)).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
