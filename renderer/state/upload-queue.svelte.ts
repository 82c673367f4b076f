import { HifuseError, toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Client } from '../../main/ipc/contract.ts';
import type { NamedFile } from './dropped-files.ts';

export const PART_BYTES = 1024 * 1024;
/** Main has a bound of its own; this one spares sending what it would refuse. */
export const LARGEST_UPLOAD_BYTES = 2 * 1024 * 1024 * 1024;

export interface UploadFailure {
  name: string;
  error: ErrorValue;
}

/** Files that a browser hands over without a path, sent in parts, one after the other so that memory stays bounded. */
export class UploadQueue {
  readonly #client: Pick<Client, 'invoke'>;
  #sentBytes = $state(0);
  #totalBytes = $state(0);
  #files = $state(0);
  /** Of what is being sent now; what is sent later has its own. */
  #sending = new AbortController();

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

  /** Gives up what is being sent; what is whole stays open. */
  cancel(): void {
    this.#sending.abort();
    this.#sending = new AbortController();
  }

  /** Sends images in order and answers which of them failed, and why. One failure does not stop the others. */
  async send(files: readonly NamedFile[]): Promise<UploadFailure[]> {
    const failures: UploadFailure[] = [];
    const openingId = crypto.randomUUID();
    const { signal } = this.#sending;
    this.#expect(files.map(({ file }) => file));
    for (const { file, name } of files) {
      try {
        await this.#sendParts(file, signal, (part) =>
          this.#client.invoke('studies.upload', { ...part, name, openingId }, { signal }),
        );
      } catch (error) {
        if (!signal.aborted) failures.push({ name: file.name, error: toErrorValue(error) });
      }
    }
    return failures;
  }

  /** Sends a checkpoint and answers the id that main knows it by. */
  async sendCheckpoint(file: File): Promise<string> {
    const { signal } = this.#sending;
    this.#expect([file]);
    return this.#sendParts(file, signal, (part) =>
      this.#client.invoke('models.upload', { ...part, name: file.name }, { signal }),
    );
  }

  /** A checkpoint is no longer needed. */
  async discard(uploadId: string): Promise<void> {
    await this.#client.invoke('uploads.discard', { uploadId });
  }

  #expect(files: readonly File[]): void {
    if (this.#files === 0) this.#sentBytes = this.#totalBytes = 0;
    this.#files += files.length;
    this.#totalBytes += files.reduce((sum, file) => sum + file.size, 0);
  }

  /** Cuts a file into parts and sends them; one that failed or was given up leaves nothing behind. */
  async #sendParts(file: File, signal: AbortSignal, send: (part: Part) => Promise<null>): Promise<string> {
    const uploadId = crypto.randomUUID();
    const before = this.#sentBytes;
    try {
      signal.throwIfAborted();
      if (file.size > LARGEST_UPLOAD_BYTES) {
        throw new HifuseError('file.too-large', { reason: 'dropped', file: file.name });
      }
      let offset = 0;
      do {
        const bytes = new Uint8Array(await file.slice(offset, offset + PART_BYTES).arrayBuffer());
        signal.throwIfAborted();
        const last = offset + bytes.byteLength >= file.size;
        await send({ uploadId, offset, bytes, last });
        offset += bytes.byteLength;
        this.#sentBytes += bytes.byteLength;
      } while (offset < file.size);
      return uploadId;
    } catch (error) {
      void this.discard(uploadId).catch(() => undefined);
      if (signal.aborted) throw new HifuseError('request.cancelled');
      throw error;
    } finally {
      this.#sentBytes = before + file.size;
      this.#files--;
    }
  }
}

interface Part {
  uploadId: string;
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
  last: boolean;
}
