import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Client } from '../../main/ipc/contract.ts';

export const CHUNK_BYTES = 1024 * 1024;
/** Main has a bound of its own; this one spares sending what it would refuse. */
export const LARGEST_UPLOAD_BYTES = 2 * 1024 * 1024 * 1024;

export interface UploadFailure {
  name: string;
  error: ErrorValue;
}

/** Files that a browser hands over without a path, sent in chunks, one after the other so that memory stays bounded. */
export class Uploads {
  readonly #client: Pick<Client, 'invoke'>;
  #sentBytes = $state(0);
  #totalBytes = $state(0);
  #files = $state(0);
  #cancelled = false;

  constructor(client: Pick<Client, 'invoke'>) {
    this.#client = client;
  }

  /** 0..1 while something is sent, else null. */
  get progress(): number | null {
    return this.#files === 0 ? null : this.#sentBytes / Math.max(1, this.#totalBytes);
  }

  /** Files that are still to be sent. */
  get files(): number {
    return this.#files;
  }

  cancel(): void {
    this.#cancelled = true;
  }

  /** Sends files in order and answers which of them failed, and why. One failure does not stop the others. */
  async send(files: readonly File[]): Promise<UploadFailure[]> {
    const failures: UploadFailure[] = [];
    if (this.#files === 0) {
      this.#cancelled = false;
      this.#sentBytes = 0;
      this.#totalBytes = 0;
    }
    this.#files += files.length;
    this.#totalBytes += files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files) {
      const before = this.#sentBytes;
      try {
        if (!this.#cancelled) await this.sendOne(file);
      } catch (error) {
        failures.push({ name: file.name, error: toErrorValue(error) });
      }
      this.#sentBytes = before + file.size;
      this.#files--;
    }
    return failures;
  }

  /** Sends one file and answers the id that main knows it by. */
  async sendOne(file: File): Promise<string> {
    if (file.size > LARGEST_UPLOAD_BYTES) {
      throw Object.assign(new Error(`${file.name} is larger than 2 GB: open it by its path instead.`));
    }
    const uploadId = crypto.randomUUID();
    let offset = 0;
    do {
      if (this.#cancelled) break;
      const bytes = new Uint8Array(await file.slice(offset, offset + CHUNK_BYTES).arrayBuffer());
      offset += bytes.byteLength;
      const last = offset >= file.size;
      await this.#client.invoke('studies.upload', { uploadId, name: file.name, bytes, last });
      this.#sentBytes += bytes.byteLength;
    } while (offset < file.size);
    return uploadId;
  }
}
