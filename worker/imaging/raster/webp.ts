import { hasZeroRun } from '../zero-run.ts';

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
/** Tag, start code, and width and height of 14 bits (RFC 6386, 9.1). */
const FRAME_TAG = 10;
/** Position, size and time of an animation's frame before its own chunks. */
const FRAME_HEADER = 16;

/**
 * Pixels that a zero byte can stand for, at the least: the arithmetic code of lossy pictures takes next to no bits for
 * parts of one colour (one byte for ten thousand pixels and more was seen of libwebp). Lossless ones may hold long runs of
 * zeros whatever they show, so that nothing can be told of them.
 */
const PIXELS_PER_ZERO = 8192;
/** Zero bytes in a row that any picture may have. */
const ZEROS = 16;

/** Whether a stretch of the compressed pixels was lost and is zeros (RFC 9649): the format has no checksum. */
export function isWebpDamaged(bytes: Uint8Array): boolean {
  return chunksOf(bytes.subarray(RIFF_HEADER)).some(({ name, data }) =>
    name === 'ANMF' ? chunksOf(data.subarray(FRAME_HEADER)).some(isDamaged) : isDamaged({ name, data }),
  );
}

interface Chunk {
  name: string;
  data: Uint8Array;
}

function isDamaged({ name, data }: Chunk): boolean {
  if (name !== 'VP8 ' || data.length < FRAME_TAG) return false;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const pixels = (view.getUint16(6, true) & 0x3fff) * (view.getUint16(8, true) & 0x3fff);
  return hasZeroRun(data, ZEROS + pixels / PIXELS_PER_ZERO);
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 0; at + CHUNK_HEADER <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    chunks.push({ name, data: bytes.subarray(at + CHUNK_HEADER, at + CHUNK_HEADER + length) });
    at += CHUNK_HEADER + length + (length & 1);
  }
  return chunks;
}
