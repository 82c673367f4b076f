import { inflateRawSync } from 'node:zlib';
import { LIMITS } from '../../limits.ts';
import type { Codec } from './codec.ts';
import { uncompressed } from './uncompressed.ts';

/** Deflated Image Frame Compression (PS3.5 A.4.12): each frame is a deflate stream of native pixels. */
export const deflatedFrame: Codec = (bytes, description) => {
  const inflated = inflateRawSync(bytes, { maxOutputLength: LIMITS.bytesPerFrame });
  return uncompressed(new Uint8Array(inflated), description);
};
