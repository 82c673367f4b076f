import type { PixelArray } from '../../../models/imaging/frame.ts';
import type { Attributes } from './attributes.ts';
import { readLut, type InputRange, type Lut } from './lut.ts';

const COLOURS = ['Red', 'Green', 'Blue'] as const;
const MAX_ENTRIES = 65536;

/**
 * PALETTE COLOR (PS3.3 C.7.6.3.1.5-6, C.7.9): stored values through three tables, plain or segmented, to RGB of 8 bits.
 * Null if a table is absent or damaged.
 *
 * @param stored what stored values may be
 */
export function paletteToRgb(
  values: PixelArray,
  attributes: Attributes,
  stored: InputRange,
): Uint8Array<ArrayBuffer> | null {
  const tables = COLOURS.map((colour) => readPalette(attributes, colour, stored));
  const rgb = new Uint8Array(values.length * 3);
  for (const [sample, table] of tables.entries()) {
    if (!table) return null;
    const { data, firstMapped } = table;
    const bytes = toBytes(table);
    const last = data.length - 1;
    for (let i = 0; i < values.length; i++) {
      const index = values[i]! - firstMapped;
      rgb[i * 3 + sample] = bytes[index < 0 ? 0 : index > last ? last : index]!;
    }
  }
  return rgb;
}

function readPalette(attributes: Attributes, colour: string, stored: InputRange): Lut | null {
  const descriptor = `${colour}PaletteColorLookupTableDescriptor`;
  const plain = readLut(attributes, descriptor, `${colour}PaletteColorLookupTableData`, stored);
  if (plain) return plain;
  const segmented = readLut(attributes, descriptor, `Segmented${colour}PaletteColorLookupTableData`, stored);
  const [count = 0] = attributes.numbers(descriptor);
  const entries = count & 0xffff || MAX_ENTRIES;
  const bytes = attributes.bytes(`Segmented${colour}PaletteColorLookupTableData`);
  if (!segmented || !bytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const le = attributes.reading.littleEndian;
  const words =
    segmented.bits <= 8
      ? Uint16Array.from(bytes)
      : Uint16Array.from({ length: bytes.byteLength >> 1 }, (_, i) => view.getUint16(i * 2, le));
  const data = expandSegments(words, entries);
  return data ? { ...segmented, data } : null;
}

const DISCRETE = 0;
const LINEAR = 1;
const INDIRECT = 2;

/** Expands the segments of PS3.3 C.7.9.2; null where they are damaged or give another number of entries. */
function expandSegments(words: Uint16Array, entries: number): Uint16Array<ArrayBuffer> | null {
  const out: number[] = [];
  const run = (from: number, to: number, segments: number, nested: boolean): boolean => {
    let at = from;
    for (let segment = 0; segment < segments && at + 1 < to && out.length < entries; segment++) {
      const opcode = words[at]!;
      const length = words[at + 1]!;
      at += 2;
      if (opcode === DISCRETE) {
        if (at + length > to) return false;
        for (const value of words.subarray(at, at + length)) out.push(value);
        at += length;
      } else if (opcode === LINEAR) {
        const start = out.at(-1);
        const end = words[at++];
        if (start === undefined || end === undefined) return false;
        for (let i = 1; i <= length && out.length <= entries; i++)
          out.push(Math.round(start + ((end - start) * i) / length));
      } else if (opcode === INDIRECT && !nested) {
        // `length` counts segments; two words give the byte offset of the first of them, low word first.
        const low = words[at];
        const high = words[at + 1];
        at += 2;
        if (low === undefined || high === undefined) return false;
        const target = (low | (high << 16)) >> 1;
        if (!run(target, words.length, length, true)) return false;
      } else return false;
    }
    return true;
  };
  if (!run(0, words.length, Infinity, false) || out.length < entries) return null;
  return Uint16Array.from(out.slice(0, entries));
}

/** Entries of more than 8 bits give their high byte; what claims 16 bits and stays below 256 is of 8 bits. */
function toBytes({ data, bits }: Lut): Uint8Array {
  const largest = data.reduce((most, value) => Math.max(most, value), 0);
  const shift = largest < 256 ? 0 : Math.max(8, bits) - 8;
  return Uint8Array.from(data, (value) => Math.min(255, value >> shift));
}
