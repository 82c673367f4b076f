import type { Measurement } from '../../models/measure/measurement.ts';
import type { Connection } from './connection.ts';

/** A measurement as it is kept: the parts that are searched for, and the rest as JSON. */
export type StoredMeasurement = Pick<Measurement, 'id' | 'image' | 'frame'> & { body: string };

const COLUMNS = 'id, image, frame, body';

/** What readers drew and marked on images. */
export class StoredMeasurements {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** In the order in which they were drawn. */
  of(image: string): StoredMeasurement[] {
    return this.#connection
      .rows(`SELECT ${COLUMNS} FROM measurements WHERE image = ? ORDER BY frame, rowid`, image)
      .map(([id, key, frame, body]) => ({
        id: String(id),
        image: String(key),
        frame: Number(frame),
        body: String(body),
      }));
  }

  /** Whether an image whose name begins so has any. */
  hasAny(prefix: string): boolean {
    const found = this.#connection.value(
      'SELECT 1 FROM measurements WHERE substr(image, 1, ?) = ? LIMIT 1',
      prefix.length,
      prefix,
    );
    return found !== undefined;
  }

  /** Keeps a measurement, in place of an earlier one of its id, whose place in the order it takes. */
  put({ id, image, frame, body }: StoredMeasurement): void {
    this.#connection.run(
      `INSERT INTO measurements (${COLUMNS}) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET image = excluded.image, frame = excluded.frame, body = excluded.body`,
      ...[id, image, frame, body],
    );
  }

  delete(id: string): void {
    this.#connection.run('DELETE FROM measurements WHERE id = ?', id);
  }

  keyFramesOf(image: string): number[] {
    return this.#connection
      .rows('SELECT frame FROM key_images WHERE image = ? ORDER BY frame', image)
      .map(([frame]) => Number(frame));
  }

  markKey(image: string, frame: number, isKey: boolean): void {
    this.#connection.run(
      isKey
        ? 'INSERT OR IGNORE INTO key_images (image, frame) VALUES (?, ?)'
        : 'DELETE FROM key_images WHERE image = ? AND frame = ?',
      ...[image, frame],
    );
  }
}
