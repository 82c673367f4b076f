/** Items of encapsulated pixel data (PS3.5 A.4): the offset table and the fragments behind it. */
import type { ReadableBytes } from '../image-file.ts';
import { LIMITS } from '../limits.ts';

/** A fragment's data in the file. */
export interface Fragment {
  offset: number;
  length: number;
}

export const ITEM = 0xfffee000;
export const UNDEFINED_LENGTH = 0xffffffff;
const SCAN_WINDOW = 4096;
export interface Item extends Fragment {
  tag: number;
}

/** Reads item headers through a small window, since fragments of many small frames stand close together. */
export class ItemReader {
  private readonly source: ReadableBytes;
  private window = new DataView(new ArrayBuffer(0));
  private start = 0;

  constructor(source: ReadableBytes) {
    this.source = source;
  }

  /** The item whose header is at `offset`; null at the end of the file. `offset` of the result is its data. */
  at(offset: number): Item | null {
    if (offset < this.start || offset + 8 > this.start + this.window.byteLength) {
      const bytes = this.source.read(offset, SCAN_WINDOW);
      this.window = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.start = offset;
      if (bytes.byteLength < 8) return null;
    }
    const at = offset - this.start;
    const tag = ((this.window.getUint16(at, true) << 16) | this.window.getUint16(at + 2, true)) >>> 0;
    return { tag, length: this.window.getUint32(at + 4, true), offset: offset + 8 };
  }
}

/** Fragments from `start` on, as far as they stand one after the other; up to `end`. */
export function* walk(items: ItemReader, start: number, end: number): Generator<Fragment> {
  let offset = start;
  let count = 0;
  while (offset < end) {
    const item = items.at(offset);
    if (item?.tag !== ITEM || item.length === UNDEFINED_LENGTH || ++count > LIMITS.fragmentsPerFile) return;
    yield { offset: item.offset, length: item.length };
    offset = item.offset + item.length;
  }
}

/** How the streams of the codecs start: JPEG and JPEG-LS; JPEG 2000; JP2. */
const STREAM_STARTS = [
  [0xff, 0xd8, 0xff],
  [0xff, 0x4f, 0xff, 0x51],
  [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50],
];

/** Whether a fragment is the first of its frame, as far as that can be seen. */
export function startsStream(source: ReadableBytes, fragment: Fragment): boolean {
  const bytes = source.read(fragment.offset, 6);
  return STREAM_STARTS.some((start) => start.every((byte, i) => bytes[i] === byte));
}

/** Bytes of an entry of the Basic Offset Table. */
const OFFSET_BYTES = 4;

/**
 * Frames that the fragments behind the offset table at `offset` can be, no more than are declared: those that the table
 * names, else those whose streams start somewhere, else one for each fragment.
 */
export function countFrames(source: ReadableBytes, offset: number, declared: number): number {
  const items = new ItemReader(source);
  const table = items.at(offset);
  if (table?.tag !== ITEM || table.length === UNDEFINED_LENGTH) return 0;
  const isNamed = table.length === declared * OFFSET_BYTES;
  let frames = 0;
  // The first one tells whether streams can be told by their start.
  let told = false;
  for (const fragment of walk(items, table.offset + table.length, source.size)) {
    const starts: boolean = !isNamed && (told || frames === 0) && startsStream(source, fragment);
    if (frames === 0) told = starts;
    if (starts || !told) frames++;
    if (frames >= declared) break;
  }
  return frames;
}
