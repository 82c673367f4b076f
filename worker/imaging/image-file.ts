import { closeSync, fstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';
import { basename } from 'node:path';
import { fileError, requireContent } from '../file-errors.ts';

/** Bytes that are read by range, so that a file of many gigabytes is never held whole. */
export interface ReadableBytes {
  /** Base name of the file, for messages. */
  readonly name: string;
  readonly size: number;
  /** The bytes of [offset, offset + length) that exist; fewer than asked for at the end. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** An image file that is open: whatever is read of it is of one version. */
export interface ImageFile extends ReadableBytes {
  readonly path: string;
  /** See {@link versionOf}. */
  readonly version: string;
}

/** Bytes in memory, e.g. an inflated data set. */
export function bytesInMemory(name: string, bytes: Uint8Array<ArrayBuffer>): ReadableBytes {
  return {
    name,
    size: bytes.byteLength,
    read: (offset, length) => bytes.subarray(Math.min(offset, bytes.byteLength), offset + length),
  };
}

/**
 * Tells one version of a file from another that was written over it or took its name: size, time of the last change in
 * nanoseconds, and inode.
 */
export const versionOf = ({ size, mtimeNs, ino }: BigIntStats): string => `${size}:${mtimeNs}:${ino}`;

/**
 * Opens a file, hands it to `use`, and closes it. Synchronous reads: decoding runs in threads of its own.
 * Throws `file.not-found`, `file.unreadable`, `file.empty`.
 */
export async function withImageFile<T>(path: string, use: (file: ImageFile) => T | Promise<T>): Promise<T> {
  const name = basename(path);
  const guard = <R>(action: () => R): R => {
    try {
      return action();
    } catch (error) {
      throw fileError(name, error);
    }
  };
  // Before it is opened: that of a pipe would wait for a writer.
  guard(() => {
    requireContent(name, statSync(path));
  });
  const handle = guard(() => openSync(path, 'r'));
  try {
    // Of what was opened: another file may have taken the name since.
    const status = guard(() => fstatSync(handle, { bigint: true }));
    const size = Number(status.size);
    return await use({
      path,
      name,
      size,
      version: versionOf(status),
      read(offset, length) {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        let done = 0;
        while (done < bytes.byteLength) {
          const count = guard(() => readSync(handle, bytes, done, bytes.byteLength - done, offset + done));
          if (count === 0) return bytes.subarray(0, done); // the file was cut while we read
          done += count;
        }
        return bytes;
      },
    });
  } finally {
    closeSync(handle);
  }
}
