import { stat } from 'node:fs/promises';
import type { Preprocessing } from '../../models/package/manifest.ts';
import { versionOf } from '../imaging/image-file.ts';
import type { FileDigest } from '../imaging/pool-protocol.ts';
import type { ImageSource } from '../protocol.ts';
import type { Imaging, PreparedInput } from './imaging.ts';

/** Inputs kept; each takes 0.75 MB. */
const KEPT = 64;

/**
 * The network's inputs, made in the imaging pool and kept for the last few frames: changing the model's device, asking
 * what the network saw, or classifying with heat maps after a batch decodes nothing anew.
 */
export class Inputs {
  readonly #imaging: Imaging;
  /** Oldest use first. */
  readonly #cache = new Map<string, PreparedInput>();

  constructor(imaging: Imaging) {
    this.#imaging = imaging;
  }

  /** @throws HifuseError `file.*`, `image.*` or `dicom.*`, or the signal's reason. */
  async get(source: ImageSource, preprocessing: Preprocessing, signal: AbortSignal): Promise<PreparedInput> {
    const keyOf = (version: string) => JSON.stringify([source.path, version, source.frame, preprocessing]);
    // What cannot be looked at cannot be decoded either, and then says why.
    const current = await stat(source.path, { bigint: true }).then(versionOf, () => null);
    const kept = current === null ? undefined : this.#cache.get(keyOf(current));
    const input = kept
      ? { ...kept, milliseconds: { decode: 0, preprocess: 0 } }
      : await this.#imaging.input(source, preprocessing, signal);
    // Under the version that was decoded: the file may have changed since it was looked at.
    this.#keep(keyOf(input.content.fileVersion), kept ?? input);
    return input;
  }

  /** SHA-256 of the file. @throws HifuseError `file.*`, or the signal's reason. */
  digest(path: string, signal: AbortSignal): Promise<FileDigest> {
    return this.#imaging.digest({ path }, signal);
  }

  #keep(key: string, input: PreparedInput): void {
    this.#cache.delete(key);
    this.#cache.set(key, input);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > KEPT && !oldest.done) this.#cache.delete(oldest.value);
  }
}
