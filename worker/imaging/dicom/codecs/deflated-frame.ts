import { inflateRawSync } from 'node:zlib';
import { LIMITS } from '../../limits.ts';
import type { Codec, DecodedSamples } from './codec.ts';
import { uncompressed } from './uncompressed.ts';

/** Deflated Image Frame Compression (PS3.5 A.4.12): each frame is a deflate stream of native pixels. */
export const deflatedFrame: Codec = (bytes, description) => {
  const inflated = new Uint8Array(inflateRawSync(bytes, { maxOutputLength: LIMITS.bytesPerFrame }));
  const decoded = uncompressed(inflated, description) as DecodedSamples;
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  const expected = Math.ceil((rows * columns * samplesPerPixel * bitsAllocated) / 8);
  // A deflate stream has no checksum; one that was damaged rarely ends where it should.
  return inflated.byteLength > expected + 1 ? { ...decoded, flaw: 'damaged' } : decoded;
};
