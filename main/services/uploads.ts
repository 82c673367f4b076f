import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import type { UploadPart } from '../ipc/contract.ts';
import { systemClock, type Clock } from './clock.ts';
import { problemOf } from './system-errors.ts';

/** Most that a browser may hand over: bytes of one file, bytes of all, files, and files that are not whole yet. */
export const UPLOAD_LIMITS = {
  fileBytes: 2 * 2 ** 30,
  totalBytes: 8 * 2 ** 30,
  files: 20_000,
  unfinished: 100,
} as const;

export type UploadLimits = Record<keyof typeof UPLOAD_LIMITS, number>;

/** An upload that gets no part for so long was given up. */
export const IDLE_MS = 5 * 60_000;

const LONGEST_NAME = 120;
/** Begins the name of a process's folder; its number follows. */
const FOLDER = 'hifuse-upload-';

interface Upload {
  id: string;
  path: string;
  bytes: number;
  /** The last part was written. */
  whole: boolean;
  /** Settles when the parts so far are written. */
  written: Promise<unknown>;
  /** Takes back the time-out. */
  keep: () => void;
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
 * read, bounded in size and number, and deleted when nobody needs them any more, at the latest when the application
 * ends. No file stays open between its parts, so that unfinished uploads hold no descriptors.
 */
export class Uploads {
  readonly #limits: UploadLimits;
  readonly #clock: Clock;
  readonly #uploads = new Map<string, Upload>();
  /** Of whole files, by path. */
  readonly #byPath = new Map<string, Upload>();
  #folder: string | null = null;
  #count = 0;
  #bytes = 0;

  constructor(limits: Partial<UploadLimits> = {}, clock: Clock = systemClock) {
    this.#limits = { ...UPLOAD_LIMITS, ...limits };
    this.#clock = clock;
  }

  /** Bytes of all files that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds a part; the parts of one upload are written in the order of the calls.
   * @returns the path of the file when it is whole, otherwise null
   * @throws HifuseError `file.too-large`, `file.write-failed`, `request.invalid`, `request.cancelled`; what was written
   *   of the file is then deleted
   */
  async add(part: UploadPart): Promise<string | null> {
    const upload = part.offset === 0 ? this.#begin(part) : this.#unfinished(part);
    const step = upload.written.then(() => this.#append(upload, part));
    upload.written = step.catch(() => undefined);
    await step;
    return part.last ? upload.path : null;
  }

  /** @throws HifuseError `request.invalid` where there is no whole file of that id */
  path(uploadId: string): string {
    const upload = this.#uploads.get(uploadId);
    if (!upload?.whole) throw new HifuseError('request.invalid', { reason: 'not-uploaded' });
    return upload.path;
  }

  /** Deletes an upload, whole or not, and gives its room back; none of that id: does nothing. */
  async discard(uploadId: string): Promise<void> {
    const upload = this.#uploads.get(uploadId);
    if (upload) await this.#remove(upload);
  }

  /** Deletes the file at that path; paths of other files are left alone. */
  async discardFile(file: string): Promise<void> {
    const upload = this.#byPath.get(file);
    if (upload) await this.#remove(upload);
  }

  /** Deletes all files. Synchronous, so that it also works while the process ends. */
  close(): void {
    for (const upload of this.#uploads.values()) {
      upload.keep();
    }
    this.#uploads.clear();
    this.#byPath.clear();
    this.#bytes = 0;
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    this.#folder = null;
  }

  #begin({ uploadId, name }: UploadPart): Upload {
    if (this.#uploads.has(uploadId)) throw new HifuseError('request.invalid', { reason: 'upload-begun' });
    const unfinished = this.#uploads.size - this.#byPath.size;
    if (this.#uploads.size >= this.#limits.files || unfinished >= this.#limits.unfinished) {
      throw new HifuseError('file.too-large', { reason: 'many-dropped' });
    }
    this.#folder ??= mkdtempSync(path.join(tmpdir(), `${FOLDER}${process.pid}-`));
    // A folder of its own for each, so that files of the same name do not meet; nothing of its name is the browser's.
    const file = path.join(this.#folder, String(++this.#count), safeFileName(name));
    const upload: Upload = {
      ...{ id: uploadId, path: file, bytes: 0, whole: false, written: Promise.resolve() },
      keep: () => undefined,
    };
    this.#uploads.set(uploadId, upload);
    return upload;
  }

  #unfinished({ uploadId }: UploadPart): Upload {
    const upload = this.#uploads.get(uploadId);
    if (!upload || upload.whole) throw new HifuseError('request.invalid', { reason: 'upload-ended' });
    return upload;
  }

  async #append(upload: Upload, { bytes, offset, last }: UploadPart): Promise<void> {
    upload.keep();
    try {
      if (!this.#isKept(upload)) throw new HifuseError('request.cancelled');
      if (offset !== upload.bytes) throw new HifuseError('request.invalid', { reason: 'upload-gap' });
      this.#charge(upload, bytes.length);
      if (offset === 0) await mkdir(path.dirname(upload.path));
      await appendFile(upload.path, bytes, { mode: 0o600, flag: offset === 0 ? 'wx' : 'a' });
      if (!this.#isKept(upload)) throw new HifuseError('request.cancelled');
    } catch (error) {
      const discarded = !this.#isKept(upload);
      await this.#remove(upload);
      if (discarded) throw new HifuseError('request.cancelled');
      if (error instanceof HifuseError) throw error;
      throw new HifuseError('file.write-failed', { reason: 'dropped', problem: problemOf(error) });
    }
    if (last) {
      upload.whole = true;
      this.#byPath.set(upload.path, upload);
    } else {
      upload.keep = this.#clock.after(IDLE_MS, () => void this.#remove(upload));
    }
  }

  /** Whether it was not discarded meanwhile. */
  #isKept(upload: Upload): boolean {
    return this.#uploads.get(upload.id) === upload;
  }

  #charge(upload: Upload, bytes: number): void {
    upload.bytes += bytes;
    this.#bytes += bytes;
    if (upload.bytes > this.#limits.fileBytes || this.#bytes > this.#limits.totalBytes) {
      throw new HifuseError('file.too-large', { reason: 'dropped', file: path.basename(upload.path) });
    }
  }

  async #remove(upload: Upload): Promise<void> {
    upload.keep();
    if (this.#isKept(upload)) {
      this.#uploads.delete(upload.id);
      this.#byPath.delete(upload.path);
      this.#bytes -= upload.bytes;
    }
    // Also where it was removed before: a part that was just being written then has made it anew.
    await rm(path.dirname(upload.path), { recursive: true, force: true }).catch(() => undefined);
  }
}
