import { hasZeroRun } from '../../zero-run.ts';
import type { StreamFlaw } from './codec.ts';
import { hasEnd } from './jpeg-header.ts';

/** Image and tile size of a JPEG 2000 codestream (ITU-T T.800 A.5.1). */
export interface Jpeg2000Header {
  rows: number;
  columns: number;
  tiles: number;
  components: readonly { bits: number; signed: boolean; dx: number; dy: number }[];
  /** The multiple component transform turned RGB into YCbCr (A.6.1). */
  componentTransform: boolean;
  /** The wavelet is reversible (5-3). */
  reversible: boolean;
  /** Packets of a tile, at the most: one that is empty is one zero byte. */
  packets: number;
}

const SOC = 0xff4f;
const SIZ = 0xff51;
const COD = 0xff52;
const SOT = 0xff90;
const EOC = 0xffd9;
const SOT_BYTES = 12;

/**
 * Where the codestream starts: JP2 files wrap it in boxes, which DICOM forbids and some writers use. Throws an Error
 * where there is none.
 */
export function findCodestream(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength >= 4 && view.getUint16(0) === SOC) return bytes;
  let at = 0;
  while (at + 8 <= bytes.byteLength) {
    const length = view.getUint32(at);
    const box = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (box === 'jp2c') return bytes.subarray(at + 8);
    if (length < 8) break;
    at += length;
  }
  throw new Error('it is no JPEG 2000 stream');
}

/** Reads the main header of a codestream. Throws an Error that says what is wrong. */
export function readJpeg2000Header(bytes: Uint8Array): Jpeg2000Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 42 || view.getUint16(2) !== SIZ) throw new Error('its JPEG 2000 header is damaged');
  const u32 = (at: number) => view.getUint32(at);
  const [width, height, x0, y0] = [u32(8), u32(12), u32(16), u32(20)];
  const [tileWidth, tileHeight, tileX0, tileY0] = [u32(24), u32(28), u32(32), u32(36)];
  const count = view.getUint16(40);
  if (
    count < 1 ||
    42 + count * 3 > bytes.byteLength ||
    width <= x0 ||
    height <= y0 ||
    tileWidth < 1 ||
    tileHeight < 1
  ) {
    throw new Error('its JPEG 2000 header is damaged');
  }
  const components = Array.from({ length: count }, (_, i) => {
    const size = view.getUint8(42 + i * 3);
    return {
      bits: (size & 0x7f) + 1,
      signed: size > 0x7f,
      dx: view.getUint8(43 + i * 3),
      dy: view.getUint8(44 + i * 3),
    };
  });
  return {
    rows: height - y0,
    columns: width - x0,
    tiles: Math.ceil((width - tileX0) / tileWidth) * Math.ceil((height - tileY0) / tileHeight),
    components,
    ...codingStyle(view, Math.min(tileWidth, width), Math.min(tileHeight, height), count),
  };
}

function codingStyle(
  view: DataView,
  tileWidth: number,
  tileHeight: number,
  components: number,
): Pick<Jpeg2000Header, 'componentTransform' | 'reversible' | 'packets'> {
  let at = 2;
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if (marker === SOT || length < 2) break;
    if (marker === COD && length >= 12 && at + 14 <= view.byteLength) {
      return {
        componentTransform: view.getUint8(at + 8) === 1,
        reversible: view.getUint8(at + 13) === 1,
        packets: view.getUint16(at + 6) * components * precinctsOf(view, at, tileWidth, tileHeight),
      };
    }
    at += 2 + length;
  }
  throw new Error('its JPEG 2000 header names no coding style');
}

/** Precincts of all resolutions of a tile's component, at the most (ITU-T T.800 A.6.1, B.6). @param cod where COD stands */
function precinctsOf(view: DataView, cod: number, tileWidth: number, tileHeight: number): number {
  const levels = Math.min(view.getUint8(cod + 9), 32);
  const hasSizes = (view.getUint8(cod + 4) & 1) === 1 && cod + 14 + levels < view.byteLength;
  let all = 0;
  for (let resolution = 0; resolution <= levels; resolution++) {
    const size = hasSizes ? view.getUint8(cod + 14 + resolution) : 0xff;
    const scale = 2 ** (levels - resolution);
    // A tile may begin inside of a precinct.
    const more = hasSizes ? 1 : 0;
    all +=
      (Math.ceil(tileWidth / scale / 2 ** (size & 15)) + more) *
      (Math.ceil(tileHeight / scale / 2 ** (size >> 4)) + more);
  }
  return all;
}

/**
 * Follows the tile-parts of a codestream (ITU-T T.800 A.4.2) by their lengths: all must be there, one after the other, up
 * to its end. Decoders show what they have of a stream that was cut. A missing last marker alone loses nothing. Neither do
 * they see that a part was lost and is zeros now.
 *
 * @param zeros bytes in a row that code blocks do not have
 */
export function flawOf(bytes: Uint8Array, { packets }: Jpeg2000Header, zeros: number): StreamFlaw | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = firstTilePart(view);
  while (at + SOT_BYTES <= view.byteLength && view.getUint16(at) === SOT) {
    const length = view.getUint32(at + 6);
    // Zero: all that is left.
    if (length === 0) {
      if (!hasEnd(bytes)) return 'cut';
      return hasZeroRun(bytes.subarray(at + SOT_BYTES, bytes.lastIndexOf(0xd9)), packets + zeros)
        ? 'damaged'
        : undefined;
    }
    if (length < SOT_BYTES) return 'damaged';
    if (hasZeroRun(bytes.subarray(at + SOT_BYTES, at + length), packets + zeros)) return 'damaged';
    at += length;
  }
  if (at > view.byteLength) return 'cut';
  const atEnd = at === view.byteLength || at + 1 === view.byteLength;
  return atEnd || view.getUint16(at) === EOC ? undefined : 'damaged';
}

function firstTilePart(view: DataView): number {
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint16(at) !== SOT) at += 2 + view.getUint16(at + 2);
  return at;
}
