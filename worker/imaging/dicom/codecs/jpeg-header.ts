import type { PixelDescription } from '../pixel-description.ts';

/** Frame header of a JPEG or JPEG-LS stream (ITU-T T.81 B.2.2, T.87 C.2.2). */
export interface JpegHeader {
  /** Low byte of the SOF marker: c0 baseline, c1 extended, c2 progressive, c3 lossless, f7 JPEG-LS. */
  process: number;
  precision: number;
  rows: number;
  columns: number;
  /** `quantization`: which table is for it. */
  components: readonly { id: number; horizontal: number; vertical: number; quantization: number }[];
  /** A JFIF marker (APP0) is there. */
  jfif: boolean;
  /** Colour transform of an Adobe marker (APP14): 0 none, 1 YCbCr; null without the marker. */
  adobeTransform: number | null;
}

const SOI = 0xd8;
const SOS = 0xda;
const JPEG_LS = 0xf7;
/** Markers of the C range that start no frame: DHT, JPG, DAC. */
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);

/** Reads the markers before the first scan. Throws an Error that says what is wrong. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Error('it is no JPEG stream');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let jfif = false;
  let adobeTransform: number | null = null;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new Error('its JPEG markers are damaged');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    const length = view.getUint16(at + 2);
    const data = at + 4;
    if (length < 2 || at + 2 + length > bytes.length) throw new Error('its JPEG header is cut off');
    if (marker === 0xe0 && ascii(bytes, data, 4) === 'JFIF') jfif = true;
    if (marker === 0xee && ascii(bytes, data, 5) === 'Adobe' && length >= 14) adobeTransform = bytes[data + 11]!;
    if (isFrame(marker)) return { ...readFrame(view, marker, data, length), jfif, adobeTransform };
    if (marker === SOS) break;
    at += 2 + length;
  }
  throw new Error('its JPEG header is incomplete');
}

function isFrame(marker: number): boolean {
  return marker === JPEG_LS || (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker));
}

function readFrame(view: DataView, process: number, at: number, length: number) {
  const count = view.getUint8(at + 5);
  if (length < 8 + 3 * count || count === 0) throw new Error('its JPEG frame header is damaged');
  return {
    process,
    precision: view.getUint8(at),
    rows: view.getUint16(at + 1),
    columns: view.getUint16(at + 3),
    components: Array.from({ length: count }, (_, i) => {
      const sampling = view.getUint8(at + 7 + 3 * i);
      return {
        id: view.getUint8(at + 6 + 3 * i),
        horizontal: sampling >> 4,
        vertical: sampling & 15,
        quantization: view.getUint8(at + 8 + 3 * i),
      };
    }),
  };
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** Throws an Error where a stream is of another size than its file says: before a decoder allocates for it. */
export function checkJpegSize({ rows, columns, components }: JpegHeader, description: PixelDescription): void {
  if (
    rows !== description.rows ||
    columns !== description.columns ||
    components.length !== description.samplesPerPixel
  ) {
    throw new Error(
      `the header declares ${description.columns} x ${description.rows} pixels, the stream ${columns} x ${rows} with ${components.length} component(s)`,
    );
  }
}

/** Bytes behind the end of a stream that writers fill up or leave. */
const TAIL = 4096;

/** Whether a stream of the JPEG family has its last marker: EOI of JPEG and JPEG-LS, EOC of JPEG 2000, all FFD9. */
export function hasEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - TAIL); at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

/** What the header of a scan says (ITU-T T.81 B.2.3, T.87 C.2.3). */
interface Scan {
  ids: readonly number[];
  /** Ss, Se, Ah and Al; of JPEG-LS: NEAR, ILV, point transform. */
  first: number;
  last: number;
  approximation: number;
}

/** The headers of all scans: no other FFDA stands in entropy-coded data. */
export function scansOf(bytes: Uint8Array): Scan[] {
  const scans: Scan[] = [];
  for (let at = bytes.indexOf(0xff, 2); at >= 0 && at + 4 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] !== SOS) continue;
    const count = bytes[at + 4]!;
    const [first = 0, last = 0, approximation = 0] = bytes.subarray(at + 5 + 2 * count, at + 8 + 2 * count);
    const ids = Array.from({ length: count }, (_, i) => bytes[at + 5 + 2 * i]!);
    scans.push({ ids, first, last, approximation });
  }
  return scans;
}

/** SOF2: progressive, Huffman coded. */
export const PROGRESSIVE = 0xc2;
const COEFFICIENTS = 64;

/**
 * Whether the scans of a progressive JPEG refine every coefficient of every component to its last bit (ITU-T T.81 G.1.1):
 * a stream that was cut between two scans decodes without complaint. True for other processes.
 */
export function hasAllScans(bytes: Uint8Array): boolean {
  const { process, components } = readJpegHeader(bytes);
  if (process !== PROGRESSIVE) return true;
  const missing = new Map(components.map(({ id }) => [id, new Uint8Array(COEFFICIENTS).fill(1)]));
  for (const { ids, first, last, approximation } of scansOf(bytes)) {
    for (const id of ids) missing.get(id)?.fill(approximation & 15 ? 1 : 0, first, last + 1);
  }
  return [...missing.values()].every((coefficients) => coefficients.every((one) => one === 0));
}
