/**
 * A look at a TIFF's directory (TIFF 6.0, section 2; BigTIFF), for what libtiff only warns of: values that lie behind
 * the end of a file that was cut off. It would leave out such a tag, a palette for one, and show something else.
 */

/** Bytes of one value by field type. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

const TAG = {
  compression: 259,
  stripOffsets: 273,
  stripBytes: 279,
  tileOffsets: 324,
  tileBytes: 325,
  jpegTables: 347,
} as const;
const SHORT = 3;
const LONG = 4;
/** Old and new JPEG, lossy JPEG of DNG, WebP. JPEG 2000 may be either. */
const LOSSY_COMPRESSIONS: readonly number[] = [6, 7, 34892, 50001];

const WANTED: ReadonlySet<number> = new Set([
  TAG.compression,
  TAG.stripOffsets,
  TAG.stripBytes,
  TAG.tileOffsets,
  TAG.tileBytes,
]);

/** Whole numbers of a field of 16, 32 or 64 bits. */
function numbersAt(view: DataView, at: number, length: number, type: number, little: boolean): number[] {
  const size = TYPE_BYTES[type]!;
  return Array.from({ length: length / size }, (_, i) => {
    const place = at + i * size;
    if (type === SHORT) return view.getUint16(place, little);
    return type === LONG ? view.getUint32(place, little) : Number(view.getBigUint64(place, little));
  });
}

/** Field widths of the two kinds of TIFF. */
const CLASSIC = { header: 4, count: 2, entry: 12, pointer: 4 } as const;
const BIG = { header: 8, count: 8, entry: 20, pointer: 8 } as const;

export interface TiffPage {
  lossy: boolean;
  compression: number;
  /** The compressed bytes of its strips or tiles. */
  parts: Uint8Array[];
  /** JPEG tables that its parts share (TIFF Technical Note 2); null if none. */
  jpegTables: Uint8Array | null;
}

/**
 * Checks that every value of a page's directory (counted from 0) lies within the file. Throws an Error that says what
 * is missing.
 */
export function readTiffPage(bytes: Uint8Array, page: number): TiffPage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const layout = view.getUint16(2, little) === 43 ? BIG : CLASSIC;
  const pointer = (at: number): number =>
    layout === BIG ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const countAt = (at: number): number => (layout === BIG ? pointer(at) : view.getUint16(at, little));
  const need = (at: number, length: number, what: string): void => {
    if (at + length > bytes.length) throw new Error(`${what} lies behind the end of the file`);
  };

  let directory = pointer(layout.header);
  for (let index = 0; ; index++) {
    need(directory, layout.count, 'a directory');
    const entries = countAt(directory);
    const first = directory + layout.count;
    need(first, entries * layout.entry + layout.pointer, 'a directory');
    if (index < page) {
      directory = pointer(first + entries * layout.entry);
      if (directory === 0) throw new Error(`there is no page ${page + 1}`);
      continue;
    }
    const values = new Map<number, number[]>();
    let jpegTables: Uint8Array | null = null;
    for (let at = first; at < first + entries * layout.entry; at += layout.entry) {
      const tag = view.getUint16(at, little);
      const type = view.getUint16(at + 2, little);
      const value = at + 4 + layout.pointer;
      const length = pointer(at + 4) * (TYPE_BYTES[type] ?? 0);
      const data = length > layout.pointer ? pointer(value) : value;
      need(data, length, `tag ${tag}`);
      if (tag === TAG.jpegTables) jpegTables = bytes.subarray(data, data + length);
      if (WANTED.has(tag)) values.set(tag, numbersAt(view, data, length, type, little));
    }
    const [compression = 1] = values.get(TAG.compression) ?? [];
    const lengths = values.get(TAG.stripBytes) ?? values.get(TAG.tileBytes) ?? [];
    const parts = (values.get(TAG.stripOffsets) ?? values.get(TAG.tileOffsets) ?? []).map((at, i) =>
      bytes.subarray(at, at + (lengths[i] ?? 0)),
    );
    return { lossy: LOSSY_COMPRESSIONS.includes(compression), compression, parts, jpegTables };
  }
}
