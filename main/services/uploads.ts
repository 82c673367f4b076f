import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';

/** Most that a browser may hand over: bytes of one file, bytes of all, and files. */
export const UPLOAD_LIMITS = { fileBytes: 2 * 2 ** 30, totalBytes: 8 * 2 ** 30, files: 20_000 } as const;

export type UploadLimits = Record<keyof typeof UPLOAD_LIMITS, number>;

const LONGEST_NAME = 120;
/** Begins the name of a process's folder; its number follows. */
const FOLDER = 'hifuse-upload-';

interface Upload {
  path: string;
  bytes: number;
  /** The file, while chunks come. */
  handle: FileHandle | null;
  state: 'open' | 'complete' | 'failed';
  /** Settles when the chunks so far are written. */
  written: Promise<void>;
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It runs, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Deletes what processes left behind that were ended by force: nobody's images shall outlive the session. */
export async function removeAbandonedUploads(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const [, pid] = new RegExp(`^${FOLDER}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(path.join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Makes any text a file name that is safe on every system; the ending is kept. */
export function safeFileName(name: string): string {
  const base = name.split(/[\\/]/).at(-1)!;
  const plain = base
    .normalize('NFC')
    // What Windows forbids, and control characters.
    .replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '_')
    .replace(/^\.+/, '_')
    .replace(/[. ]+$/, '');
  if (plain === '') return 'file';
  const ending = path.extname(plain).slice(0, 20);
  return plain.slice(0, plain.length - path.extname(plain).length).slice(0, LONGEST_NAME - ending.length) + ending;
}

/**
 * Files that a browser hands over because it hides their paths: written to a temporary folder that only this user can
 * read, bounded in size and number, and deleted when the application ends.
 */
export class Uploads {
  readonly #limits: UploadLimits;
  readonly #uploads = new Map<string, Upload>();
  #folder: string | null = null;
  #bytes = 0;

  constructor(limits: Partial<UploadLimits> = {}) {
    this.#limits = { ...UPLOAD_LIMITS, ...limits };
  }

  /**
   * Adds a chunk; the chunks of one upload are written in the order of the calls.
   * @returns the path of the file when it is complete, otherwise null
   * @throws HifuseError `file.too-large`, `file.write-failed`, `request.invalid`; what was written of it is deleted
   */
  async add(uploadId: string, name: string, bytes: Uint8Array, last: boolean): Promise<string | null> {
    const upload = this.#uploads.get(uploadId) ?? this.#begin(uploadId, name);
    const step = upload.written.then(() => this.#append(upload, bytes, last));
    upload.written = step.catch(() => undefined);
    await step;
    return last ? upload.path : null;
  }

  /** @throws HifuseError `request.invalid` where there is no complete file of that id */
  path(uploadId: string): string {
    const upload = this.#uploads.get(uploadId);
    if (upload?.state !== 'complete')
      throw new HifuseError('request.invalid', 'This file was not uploaded. Drop it again.');
    return upload.path;
  }

  /** Deletes all files. Synchronous, so that it also works while the process ends. */
  close(): void {
    for (const upload of this.#uploads.values()) {
      upload.state = 'failed';
      void upload.handle?.close().catch(() => undefined);
      upload.handle = null;
    }
    this.#uploads.clear();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    this.#folder = null;
  }

  #begin(uploadId: string, name: string): Upload {
    if (this.#uploads.size >= this.#limits.files) {
      throw new HifuseError(
        'file.too-large',
        `More than ${this.#limits.files} files were dropped. Open their folder instead.`,
      );
    }
    this.#folder ??= mkdtempSync(path.join(tmpdir(), `${FOLDER}${process.pid}-`));
    // A folder of its own for each, so that files of the same name do not meet; nothing of its name is the browser's.
    const file = path.join(this.#folder, String(this.#uploads.size + 1), safeFileName(name));
    const upload: Upload = { path: file, bytes: 0, handle: null, state: 'open', written: Promise.resolve() };
    this.#uploads.set(uploadId, upload);
    return upload;
  }

  async #append(upload: Upload, bytes: Uint8Array, last: boolean): Promise<void> {
    if (upload.state !== 'open') throw new HifuseError('request.invalid', 'This upload has ended already.');
    try {
      this.#count(upload, bytes.length);
      if (!upload.handle) {
        await mkdir(path.dirname(upload.path));
        upload.handle = await open(upload.path, 'wx', 0o600);
        if (this.#isClosed(upload)) throw new HifuseError('request.cancelled');
      }
      await upload.handle.writeFile(bytes);
      if (last) await this.#end(upload, 'complete');
    } catch (error) {
      await this.#end(upload, 'failed');
      await rm(path.dirname(upload.path), { recursive: true, force: true });
      this.#bytes -= upload.bytes;
      if (error instanceof HifuseError) throw error;
      const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
      throw new HifuseError('file.write-failed', `The dropped file could not be kept (${reason}). Is the disk full?`);
    }
  }

  /** Whether everything was deleted while this upload was opening its file. */
  #isClosed(upload: Upload): boolean {
    return upload.state === 'failed';
  }

  #count(upload: Upload, bytes: number): void {
    upload.bytes += bytes;
    this.#bytes += bytes;
    if (upload.bytes > this.#limits.fileBytes || this.#bytes > this.#limits.totalBytes) {
      const name = path.basename(upload.path);
      throw new HifuseError('file.too-large', `"${name}" is too large to be dropped. Open it by its folder instead.`);
    }
  }

  async #end(upload: Upload, state: 'complete' | 'failed'): Promise<void> {
    upload.state = state;
    const { handle } = upload;
    upload.handle = null;
    await handle?.close();
  }
}
