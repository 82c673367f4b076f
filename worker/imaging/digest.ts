import { createHash } from 'node:crypto';
import { withImageFile } from './image-file.ts';
import type { FileDigest } from './pool-protocol.ts';

/** Bytes that are read at once, so that a file of gigabytes is never held whole. */
const PIECE = 2 ** 20;

/** SHA-256 of all bytes of a file. Throws `file.*`. */
export function digestOf(path: string): Promise<FileDigest> {
  return withImageFile(path, ({ size, version, read }) => {
    const hash = createHash('sha256');
    for (let offset = 0; offset < size; offset += PIECE) hash.update(read(offset, PIECE));
    return { sha256: hash.digest('hex'), fileVersion: version };
  });
}
