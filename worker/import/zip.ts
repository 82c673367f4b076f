import { crc32, createInflateRaw } from 'node:zlib';
import { HifuseError } from '../../models/errors.ts';
import { quote } from '../../models/quote.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * The ZIP format as PyTorch writes it (APPNOTE 6.3): the directory at the end is what counts; ZIP64 for large files;
 * entries stored, or deflated by somebody who packed the file again.
 */

export interface ZipEntry {
  name: string;
  method: 'stored' | 'deflated';
  compressedSize: number;
  size: number;
  /** 0: not recorded (torch.serialization.set_crc32_options(False)). */
  crc: number;
  /** Of the local header. */
  offset: number;
}

const LIMITS = {
  entries: 100_000,
  directory: 32 * 2 ** 20,
  /** Of one entry that has to be inflated. */
  inflated: 2 ** 30,
  /** Of all that is inflated from one file. */
  inflatedTotal: 2 ** 31,
} as const;

const END = { signature: 0x06054b50, size: 22, commentLimit: 0xffff } as const;
const END64 = { signature: 0x06064b50, size: 56 } as const;
const LOCATOR64 = { signature: 0x07064b50, size: 20 } as const;
const CENTRAL = { signature: 0x02014b50, size: 46 } as const;
const LOCAL = { signature: 0x04034b50, size: 30 } as const;
const METHODS: Readonly<Record<number, ZipEntry['method']>> = { 0: 'stored', 8: 'deflated' };
const ENCRYPTED = 1;
const ZIP64_EXTRA = 1;

/** Nothing deflates further (RFC 1951: 258 bytes in two bits). */
const GREATEST_RATIO = 1032;
/** Inflated at least: the headers of torch.save are shorter. */
const LEAST_INFLATED = 2 ** 16;

/** The files of a ZIP archive, read by range; the sum of what is inflated is bounded. */
export class ZipArchive {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #source: ByteSource;
  #inflated = 0;
  /** Beginning of the last deflated entry: tensors that share a storage follow each other. */
  #lastInflated: { name: string; bytes: Uint8Array<ArrayBuffer> } | null = null;

  private constructor(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>) {
    this.#source = source;
    this.entries = entries;
  }

  /** @throws HifuseError `checkpoint.corrupt` */
  static async open(source: ByteSource): Promise<ZipArchive> {
    return new ZipArchive(source, await readDirectory(source));
  }

  /**
   * Reads a part of an entry, or all of it; the checksum is verified where it is read whole.
   *
   * @throws HifuseError `checkpoint.corrupt`
   */
  async read(entry: ZipEntry, begin = 0, length = entry.size): Promise<Uint8Array<ArrayBuffer>> {
    if (begin + length > entry.size) {
      corrupt(this.#source, `${quote(entry.name)} has ${entry.size} bytes, and ${begin + length} are needed`);
    }
    if (entry.method === 'deflated') return (await this.#inflate(entry, begin + length)).slice(begin, begin + length);
    const bytes = await this.#source.read((await dataOffset(this.#source, entry)) + begin, length);
    if (length === entry.size) this.#verify(entry, bytes);
    return bytes;
  }

  /** At least the first `end` bytes of a deflated entry, and not much more: a claim of a gigabyte costs nothing. */
  async #inflate(entry: ZipEntry, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const last = this.#lastInflated?.name === entry.name ? this.#lastInflated.bytes : null;
    if (last && last.length >= end) return last;
    const wanted = Math.min(entry.size, Math.max(end, LEAST_INFLATED, 2 * (last?.length ?? 0)));
    this.#inflated += wanted;
    const tooMuch = wanted > LIMITS.inflated || this.#inflated > LIMITS.inflatedTotal;
    if (tooMuch || entry.size > GREATEST_RATIO * entry.compressedSize) {
      corrupt(this.#source, `${quote(entry.name)} claims ${entry.size} bytes when inflated, more than is believed`);
    }
    const compressed = await this.#source.read(await dataOffset(this.#source, entry), entry.compressedSize);
    const bytes = await inflateBeginning(compressed, wanted, wanted === entry.size);
    if (!bytes) corrupt(this.#source, `${quote(entry.name)} does not inflate to its ${entry.size} bytes`);
    if (wanted === entry.size) this.#verify(entry, bytes);
    this.#lastInflated = { name: entry.name, bytes };
    return bytes;
  }

  #verify(entry: ZipEntry, bytes: Uint8Array): void {
    if (entry.crc !== 0 && crc32(bytes) !== entry.crc)
      corrupt(this.#source, `${quote(entry.name)} does not match its checksum`);
  }
}

function corrupt({ name: file }: ByteSource, diagnosis: string): never {
  throw new HifuseError('checkpoint.corrupt', { reason: 'cut', file, diagnosis });
}

/** The first `length` bytes of what inflates; null where there are fewer, or, if `whole`, more. */
async function inflateBeginning(
  compressed: Uint8Array,
  length: number,
  whole: boolean,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  const inflater = createInflateRaw();
  inflater.end(compressed);
  try {
    for await (const chunk of inflater as AsyncIterable<Uint8Array>) {
      if (whole && filled + chunk.length > length) return null;
      bytes.set(chunk.subarray(0, length - filled), filled);
      filled += Math.min(chunk.length, length - filled);
      if (!whole && filled === length) return bytes;
    }
  } catch {
    return null;
  }
  return filled === length ? bytes : null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where an entry's bytes begin; its local header repeats the name and has extra fields of its own length. */
async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const header = viewOf(await source.read(entry.offset, LOCAL.size));
  if (header.getUint32(0, true) !== LOCAL.signature)
    corrupt(source, `${quote(entry.name)} is not where the directory says`);
  return entry.offset + LOCAL.size + header.getUint16(26, true) + header.getUint16(28, true);
}

interface Directory {
  offset: number;
  size: number;
  count: number;
}

async function readDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const { offset, size, count } = await findDirectory(source);
  if (count > LIMITS.entries || size > LIMITS.directory) corrupt(source, `its directory claims ${count} entries`);
  const bytes = await source.read(offset, size);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL.size > size || view.getUint32(at, true) !== CENTRAL.signature)
      corrupt(source, 'its directory is invalid');
    const nameEnd = at + CENTRAL.size + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > size) corrupt(source, 'its directory is invalid');
    const entry = parseEntry(
      source,
      view,
      at,
      bytes.subarray(at + CENTRAL.size, nameEnd),
      bytes.subarray(nameEnd, extraEnd),
    );
    if (entries.has(entry.name)) corrupt(source, `it holds ${quote(entry.name)} twice`);
    entries.set(entry.name, entry);
    at = end;
  }
  return entries;
}

/** The directory's place, from the record at the end of the file, or the ZIP64 one that stands before it. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const length = Math.min(source.size, END.size + END.commentLimit);
  const tail = viewOf(await source.read(source.size - length, length));
  let at = length - END.size;
  while (
    at >= 0 &&
    !(tail.getUint32(at, true) === END.signature && tail.getUint16(at + 20, true) === length - at - END.size)
  ) {
    at--;
  }
  if (at < 0) corrupt(source, 'the directory at its end is missing');
  const directory = {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  const locatorAt = source.size - length + at - LOCATOR64.size;
  const large = directory.count === 0xffff || directory.size === 0xffffffff || directory.offset === 0xffffffff;
  if (!large || locatorAt < 0) return directory;

  const locator = viewOf(await source.read(locatorAt, LOCATOR64.size));
  if (locator.getUint32(0, true) !== LOCATOR64.signature) return directory;
  const end = viewOf(await source.read(Number(locator.getBigUint64(8, true)), END64.size));
  if (end.getUint32(0, true) !== END64.signature) corrupt(source, 'its ZIP64 directory is missing');
  return {
    count: Number(end.getBigUint64(32, true)),
    size: Number(end.getBigUint64(40, true)),
    offset: Number(end.getBigUint64(48, true)),
  };
}

function parseEntry(source: ByteSource, view: DataView, at: number, rawName: Uint8Array, extra: Uint8Array): ZipEntry {
  const name = new TextDecoder().decode(rawName);
  const method = METHODS[view.getUint16(at + 10, true)];
  if (view.getUint16(at + 8, true) & ENCRYPTED) corrupt(source, `${quote(name)} is encrypted`);
  if (!method) corrupt(source, `${quote(name)} is compressed by a method that PyTorch does not use`);

  const wide = zip64Values(extra);
  /** A field of 32 bits, or, where it is full, the next of 64 bits from the extra field. */
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  // The extra field has them in this order.
  const size = field(24);
  const compressedSize = field(20);
  const offset = field(42);
  if (method === 'stored' && size !== compressedSize) corrupt(source, `${quote(name)} has two different sizes`);
  if (compressedSize > source.size) corrupt(source, `${quote(name)} claims ${compressedSize} bytes`);
  return { name, method, compressedSize, size, crc: view.getUint32(at + 16, true), offset };
}

/** The 64-bit numbers in the ZIP64 extra field; none where there is no such field. */
function zip64Values(extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.length);
    if (view.getUint16(at, true) === ZIP64_EXTRA) {
      const values: number[] = [];
      for (let i = at + 4; i + 8 <= end; i += 8) values.push(Number(view.getBigUint64(i, true)));
      return values;
    }
    at = end;
  }
  return [];
}
