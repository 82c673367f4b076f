import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileError, requireContent } from '../file-errors.ts';

/** Bytes that are read by range, so that a file of many gigabytes is never held whole. */
export interface ByteSource {
  /** Base name of the file, for messages. */
  readonly name: string;
  readonly size: number;
  /** Tells one version of the file from another. */
  readonly version: string;
  /** The bytes of [offset, offset + length) that exist; fewer than asked for at the end. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Bytes in memory as a source, e.g. an inflated data set. */
export function memorySource(name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    version: '',
    read: (offset, length) => bytes.subarray(Math.min(offset, bytes.byteLength), offset + length),
  };
}

/**
 * Opens a file, hands it to `use`, and closes it. Synchronous reads: decoding runs in threads of its own.
 * Throws `file.not-found`, `file.unreadable`, `file.empty`.
 */
export async function withFile<T>(path: string, use: (source: ByteSource) => T | Promise<T>): Promise<T> {
  const name = basename(path);
  const guard = <R>(action: () => R): R => {
    try {
      return action();
    } catch (error) {
      throw fileError(name, error);
    }
  };
  const status = guard(() => statSync(path));
  requireContent(name, status);
  const file = guard(() => openSync(path, 'r'));
  try {
    return await use({
      name,
      size: status.size,
      version: `${status.size}@${status.mtimeMs}`,
      read(offset, length) {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, status.size - offset)));
        let done = 0;
        while (done < bytes.byteLength) {
          const count = guard(() => readSync(file, bytes, done, bytes.byteLength - done, offset + done));
          if (count === 0) return bytes.subarray(0, done); // the file was cut while we read
          done += count;
        }
        return bytes;
      },
    });
  } finally {
    closeSync(file);
  }
}
