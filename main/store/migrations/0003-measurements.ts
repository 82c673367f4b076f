import type { Connection } from '../connection.ts';

/**
 * What readers drew and marked, by image (its SOP Instance UID or the hash of its pixels) and frame. `body` is JSON: the
 * shape and what it measured.
 */
export function measurements(connection: Connection): void {
  connection.execute(`
    CREATE TABLE measurements (
      id TEXT PRIMARY KEY, image TEXT NOT NULL, frame INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX measurements_by_image ON measurements (image, frame);
    CREATE TABLE key_images (
      image TEXT NOT NULL, frame INTEGER NOT NULL, PRIMARY KEY (image, frame)
    ) STRICT`);
}
