/**
 * Windows bitmaps: 1, 4, 8, 16, 24 and 32 bits, uncompressed, RLE4, RLE8 and bit fields, bottom-up and top-down, with
 * the values that Pillow gives. sharp has no BMP. Strict: what is cut off or contradicts itself throws; the caller adds
 * the file's name. Source: Microsoft, "Bitmap Storage" (BITMAPFILEHEADER, BITMAPCOREHEADER to BITMAPV5HEADER).
 */
import { BMP_HEADER_SIZES } from './format.ts';
import type { Picture } from './pixels.ts';

const FILE_HEADER_BYTES = 14;
const CORE_HEADER_BYTES = 12;
const INFO_HEADER_BYTES = 40;
/** From this header on, the bit masks are part of it; before, they follow it. */
const V2_HEADER_BYTES = 52;

const COMPRESSION = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

/** compression -> bits per pixel that it allows. */
const ALLOWED_BITS: Readonly<Record<number, readonly number[]>> = {
  [COMPRESSION.none]: [1, 4, 8, 16, 24, 32],
  [COMPRESSION.rle8]: [8],
  [COMPRESSION.rle4]: [4],
  [COMPRESSION.bitFields]: [16, 32],
  [COMPRESSION.alphaBitFields]: [16, 32],
};

/** Masks of red, green and blue where the file gives none: 5-5-5, and 8-8-8 with an unused byte. */
const DEFAULT_MASKS: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x03e0, 0x001f],
  32: [0xff0000, 0x00ff00, 0x0000ff],
};

export interface BmpHeader {
  rows: number;
  columns: number;
  frames: 1;
  topDown: boolean;
  bits: number;
  compression: number;
  /** Where the pixels start. */
  offset: number;
  /** [R, G, B] of each palette entry; empty without a palette. */
  palette: readonly (readonly [number, number, number])[];
  masks: readonly number[];
}

/** Reads and checks the headers. Throws an Error that says what is wrong. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(FILE_HEADER_BYTES, true);
  if (!BMP_HEADER_SIZES.includes(headerSize)) throw new Error(`unknown header of ${headerSize} bytes`);
  if (bytes.length < FILE_HEADER_BYTES + headerSize) throw new Error('the header is cut off');
  const core = headerSize === CORE_HEADER_BYTES;
  const columns = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? COMPRESSION.none : view.getUint32(30, true);
  if (columns <= 0 || height === 0) throw new Error(`impossible size ${columns} x ${height}`);
  if (!ALLOWED_BITS[compression]?.includes(bits)) {
    throw new Error(`${bits} bits with compression ${compression} are not supported`);
  }
  const afterHeader = FILE_HEADER_BYTES + headerSize;
  const hasMasks = compression === COMPRESSION.bitFields || compression === COMPRESSION.alphaBitFields;
  const masksAt = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
  const masks = hasMasks ? [0, 4, 8].map((at) => view.getUint32(masksAt + at, true)) : (DEFAULT_MASKS[bits] ?? []);
  const maskBytes = compression === COMPRESSION.alphaBitFields ? 16 : 12;
  const paletteAt = afterHeader + (hasMasks && headerSize < V2_HEADER_BYTES ? maskBytes : 0);
  const offset = view.getUint32(10, true);
  return {
    rows: Math.abs(height),
    columns,
    frames: 1,
    topDown: height < 0,
    bits,
    compression,
    offset,
    palette: bits <= 8 ? readPalette(bytes, paletteAt, offset, bits, core, core ? 0 : view.getUint32(46, true)) : [],
    masks,
  };
}

function readPalette(bytes: Uint8Array, at: number, end: number, bits: number, core: boolean, declared: number) {
  const entryBytes = core ? 3 : 4;
  const entries = Math.min(declared || 1 << bits, 1 << bits, Math.floor((end - at) / entryBytes));
  if (entries < 1 || at + entries * entryBytes > bytes.length) throw new Error('the palette is cut off');
  return Array.from({ length: entries }, (_, i) => {
    const entry = at + i * entryBytes;
    return [bytes[entry + 2]!, bytes[entry + 1]!, bytes[entry]!] as const;
  });
}

/** Decodes the picture. Throws an Error that says what is wrong. */
export function decodeBmp(bytes: Uint8Array): Picture {
  const header = readBmpHeader(bytes);
  const { rows, columns } = header;
  const indexed = header.bits <= 8;
  const picture = indexed ? decodeIndexed(bytes, header) : decodeDirect(bytes, header);
  return { rows, columns, ...picture, exifOrientation: 1, lossy: false, displayPixels: null, warnings: [] };
}

const rowBytes = ({ columns, bits }: BmpHeader): number => Math.ceil((columns * bits) / 32) * 4;

/** Where each displayed row starts; checks that all rows are there. */
function rowStarts(bytes: Uint8Array, header: BmpHeader): (row: number) => number {
  const stride = rowBytes(header);
  // The last row's padding is often missing.
  const needed = header.offset + stride * (header.rows - 1) + Math.ceil((header.columns * header.bits) / 8);
  if (needed > bytes.length) throw new Error(`${needed - bytes.length} bytes are missing`);
  return (row) => header.offset + stride * (header.topDown ? row : header.rows - 1 - row);
}

type Samples = Pick<Picture, 'channels' | 'pixels'>;

function decodeIndexed(bytes: Uint8Array, header: BmpHeader): Samples {
  const { palette } = header;
  const indices = header.compression === COMPRESSION.none ? packedIndices(bytes, header) : rleIndices(bytes, header);
  for (const index of indices) {
    if (index >= palette.length) throw new Error(`colour ${index} is not in the palette of ${palette.length}`);
  }
  if (palette.every(([red, green, blue]) => red === green && green === blue)) {
    return { channels: 1, pixels: indices.map((index) => palette[index]![0]) };
  }
  const pixels = new Uint8Array(indices.length * 3);
  const colours = Uint8Array.from(palette.flat());
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * 3;
    pixels[i * 3] = colours[from]!;
    pixels[i * 3 + 1] = colours[from + 1]!;
    pixels[i * 3 + 2] = colours[from + 2]!;
  }
  return { channels: 3, pixels };
}

/** 1, 4 or 8 bits per index, the first in the highest bits. */
function packedIndices(bytes: Uint8Array, header: BmpHeader): Uint8Array<ArrayBuffer> {
  const { rows, columns, bits } = header;
  const start = rowStarts(bytes, header);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const indices = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const from = start(y);
    for (let x = 0; x < columns; x++) {
      const shift = 8 - bits * ((x % perByte) + 1);
      indices[y * columns + x] = (bytes[from + Math.floor(x / perByte)]! >> shift) & mask;
    }
  }
  return indices;
}

/** Second byte of an RLE escape (first byte 0); 3 and above is a run of literal indices. */
const ESCAPE = { endOfLine: 0, endOfBitmap: 1, delta: 2 } as const;

/** RLE8 and RLE4: pairs of count and index (two indices in RLE4), and escapes. Skipped pixels are index 0. */
function rleIndices(bytes: Uint8Array, header: BmpHeader): Uint8Array<ArrayBuffer> {
  const { rows, columns, bits, topDown } = header;
  const indices = new Uint8Array(rows * columns);
  let at = header.offset;
  let x = 0;
  let y = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw new Error('the run-length data is cut off');
    return byte;
  };
  const put = (index: number): void => {
    if (x < columns && y < rows) indices[(topDown ? y : rows - 1 - y) * columns + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number): number => (i % 2 === 0 ? byte >> 4 : byte & 15);
  for (;;) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(bits === 8 ? value : nibble(value, i));
    } else if (value === ESCAPE.endOfLine) {
      x = 0;
      if (++y >= rows) return indices;
    } else if (value === ESCAPE.endOfBitmap) {
      return indices;
    } else if (value === ESCAPE.delta) {
      x += next();
      y += next();
    } else {
      const start = at;
      let byte = 0;
      for (let i = 0; i < value; i++) {
        if (bits === 8 || i % 2 === 0) byte = next();
        put(bits === 8 ? byte : nibble(byte, i));
      }
      // Literal runs are padded to 16 bits.
      if ((at - start) % 2 === 1) next();
    }
  }
}

/** A channel's bits of a pixel, scaled to 8 bits by truncation as Pillow does. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  if ((largest & (largest + 1)) !== 0) throw new Error(`impossible bit mask ${mask.toString(16)}`);
  return (pixel) => Math.floor((((pixel & mask) >>> shift) * 255) / largest);
}

/** 16, 24 or 32 bits per pixel. */
function decodeDirect(bytes: Uint8Array, header: BmpHeader): Samples {
  const { rows, columns, bits } = header;
  const start = rowStarts(bytes, header);
  const pixels = new Uint8Array(rows * columns * 3);
  const pixelBytes = bits / 8;
  const channels = header.masks.map(channelOf);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    let from = start(y);
    for (let x = 0; x < columns; x++, from += pixelBytes) {
      if (bits === 24) {
        pixels[to++] = bytes[from + 2]!;
        pixels[to++] = bytes[from + 1]!;
        pixels[to++] = bytes[from]!;
        continue;
      }
      const low = bytes[from]! | (bytes[from + 1]! << 8);
      const pixel = bits === 16 ? low : low | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24);
      for (const channel of channels) pixels[to++] = channel(pixel);
    }
  }
  return { channels: 3, pixels };
}
