import { closeSync, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { fileError, requireContent } from '../file-errors.ts';

/** A file that is read by range: checkpoints may be larger than memory. */
export interface ByteSource {
  /** Base name, for messages. */
  readonly name: string;
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset` on, in a buffer of their own.
   *
   * @throws HifuseError `checkpoint.corrupt` where the range reaches beyond the file, `file.unreadable`
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Whoever reads more at once has not checked what a file claims. */
const READ_LIMIT = 2 ** 31;
/** The system reads less than 2 GB per call. */
const CALL_LIMIT = 2 ** 30;

/** A file on disk as a {@link ByteSource}. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  /** What is different once the file was written anew. */
  readonly version: string;
  readonly #handle: FileHandle;

  constructor(name: string, status: BigIntStats, handle: FileHandle) {
    this.name = name;
    this.size = Number(status.size);
    this.version = versionOf(status);
    this.#handle = handle;
  }

  /**
   * Opens a regular file; whoever opens it closes it.
   *
   * @throws HifuseError `file.not-found`, `file.unreadable`, `file.empty`
   */
  static async open(path: string): Promise<FileSource> {
    const name = basename(path);
    try {
      requireContent(name, await stat(path));
      const handle = await open(path, 'r');
      return new FileSource(name, await handle.stat({ bigint: true }), handle);
    } catch (error) {
      throw fileError(name, error);
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    requireRange(this, offset, length);
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const wanted = Math.min(length - filled, CALL_LIMIT);
      const { bytesRead } = await this.#handle.read(bytes, filled, wanted, offset + filled).catch((error: unknown) => {
        throw fileError(this.name, error);
      });
      if (bytesRead === 0) throw new HifuseError('file.unreadable', { reason: 'shorter', file: this.name });
      filled += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** @throws HifuseError `checkpoint.corrupt` where the range is not inside the file */
export function requireRange({ name, size }: ByteSource, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!whole || offset + length > size || length > READ_LIMIT) {
    throw new HifuseError('checkpoint.corrupt', { reason: 'range', file: name, length, offset, size });
  }
}

const versionOf = ({ size, mtimeNs, ino }: BigIntStats): string => [size, mtimeNs, ino].join(':');

/**
 * Reads a file by range without keeping it open, at once: for what is asked for in the middle of a computation.
 *
 * @param version of a {@link FileSource}: the file must still be that one
 */
export function readerOf(path: string, version: string) {
  const name = basename(path);
  const read = (offset: number, length: number): Uint8Array<ArrayBuffer> => {
    let descriptor: number | null = null;
    try {
      descriptor = openSync(path, 'r');
      if (versionOf(fstatSync(descriptor, { bigint: true })) !== version) {
        throw new HifuseError('file.unreadable', { reason: 'changed', file: name });
      }
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = readSync(descriptor, bytes, filled, Math.min(length - filled, CALL_LIMIT), offset + filled);
        if (count === 0) throw new HifuseError('file.unreadable', { reason: 'shorter', file: name });
        filled += count;
      }
      return bytes;
    } catch (error) {
      throw fileError(name, error);
    } finally {
      if (descriptor !== null) closeSync(descriptor);
    }
  };
  return { size: Number(version.split(':')[0]), read };
}
