import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  name: string;
  bytes: Uint8Array;
  deflate?: boolean;
  /** Lies for tests: instead of the real values in the directory. */
  claims?: { size?: number; crc?: number; compressedSize?: number };
}

/** Writes a ZIP archive for tests; with ZIP64 records where asked for, as files above 4 GB have them. */
export function writeZip(parts: readonly ZipPart[], { zip64 = false } = {}): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  const append = (chunk: Uint8Array): void => {
    chunks.push(chunk);
    offset += chunk.length;
  };

  const directory: Uint8Array[] = [];
  for (const { name, bytes, deflate = false, claims = {} } of parts) {
    const stored = deflate ? deflateRawSync(bytes) : bytes;
    const label = new TextEncoder().encode(name);
    const crc = claims.crc ?? crc32(bytes);
    const size = claims.size ?? bytes.length;
    const compressedSize =
      claims.compressedSize ?? (claims.size !== undefined && !deflate ? claims.size : stored.length);
    const begin = offset;

    const local = record(
      30,
      [
        [0, 0x04034b50],
        [14, crc],
        [18, compressedSize],
        [22, size],
      ],
      [
        [4, 20],
        [8, deflate ? 8 : 0],
        [26, label.length],
      ],
    );
    append(local);
    append(label);
    append(stored);

    const extra = zip64
      ? record(
          28,
          [],
          [
            [0, 1],
            [2, 24],
          ],
          [
            [4, size],
            [12, compressedSize],
            [20, begin],
          ],
        )
      : new Uint8Array(0);
    const full = 0xffffffff;
    const central = record(
      46,
      [
        [0, 0x02014b50],
        [16, crc],
        [20, zip64 ? full : compressedSize],
        [24, zip64 ? full : size],
        [42, zip64 ? full : begin],
      ],
      [
        [4, 20],
        [6, 20],
        [10, deflate ? 8 : 0],
        [28, label.length],
        [30, extra.length],
      ],
    );
    directory.push(central, label, extra);
  }

  const begin = offset;
  directory.forEach(append);
  const size = offset - begin;
  if (zip64) {
    const end64 = offset;
    append(
      record(
        56,
        [[0, 0x06064b50]],
        [],
        [
          [4, 44],
          [24, parts.length],
          [32, parts.length],
          [40, size],
          [48, begin],
        ],
      ),
    );
    append(
      record(
        20,
        [
          [0, 0x07064b50],
          [16, 1],
        ],
        [],
        [[8, end64]],
      ),
    );
  }
  const count = zip64 ? 0xffff : parts.length;
  append(
    record(
      22,
      [
        [0, 0x06054b50],
        [12, zip64 ? 0xffffffff : size],
        [16, zip64 ? 0xffffffff : begin],
      ],
      [
        [8, count],
        [10, count],
      ],
    ),
  );
  return concat(chunks);
}

type Fields = readonly (readonly [offset: number, value: number])[];

function record(length: number, uint32: Fields, uint16: Fields = [], uint64: Fields = []): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of uint32) view.setUint32(at, value, true);
  for (const [at, value] of uint16) view.setUint16(at, value, true);
  for (const [at, value] of uint64) view.setBigUint64(at, BigInt(value), true);
  return bytes;
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
