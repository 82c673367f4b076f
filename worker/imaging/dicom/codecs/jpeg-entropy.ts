/**
 * A walk through the entropy-coded data of a sequential Huffman JPEG (ITU-T T.81 F.2), for damage that decoders pass
 * over: they stop at the last block whatever is left, and clamp what cannot be. Nothing is dequantised or transformed,
 * which makes it a fraction of the cost of decoding.
 */
import { readJpegHeader, type JpegHeader } from './jpeg-header.ts';

const MARKER = { DHT: 0xc4, RST0: 0xd0, EOI: 0xd9, SOS: 0xda, DQT: 0xdb, DRI: 0xdd } as const;
/** Baseline and extended sequential, Huffman coded. */
const SEQUENTIAL = new Set([0xc0, 0xc1]);

const BLOCK = 64;
const FAST_BITS = 10;
/** Run and size of sixteen zeros, and no size: the rest of the block is zero. */
const SIXTEEN_ZEROS = 0xf0;

/** A Huffman table: (code length << 8 | symbol) of what codes begin with; 0: no code, or a longer one. */
interface Table {
  fast: Uint16Array;
  symbols: Uint8Array;
  /** By code length: the first code, how many there are, and where their symbols start. */
  first: Int32Array;
  count: Uint8Array;
  start: Int32Array;
}

interface Tables {
  dc: (Table | undefined)[];
  ac: (Table | undefined)[];
  quantization: (Uint16Array | undefined)[];
  restartInterval: number;
}

/** One component of a scan. */
interface Part {
  dc: Table;
  ac: Table;
  quantization: Uint16Array;
  /** Blocks of it in a minimum coded unit. */
  blocks: number;
  /** DC of the block before. */
  last: number;
}

/**
 * Whether the data is damaged for certain: a code that no table has, coefficients that no picture gives, blocks that are
 * missing or bytes that are left over. False for processes other than sequential Huffman, which are not followed.
 */
export function hasEntropyFlaw(bytes: Uint8Array): boolean {
  const header = readJpegHeader(bytes);
  if (!SEQUENTIAL.has(header.process)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables: Tables = { dc: [], ac: [], quantization: [], restartInterval: 0 };
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) return true;
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    if (marker === MARKER.EOI) return false;
    const end = at + 2 + view.getUint16(at + 2);
    const data = at + 4;
    if (end > bytes.length) return true;
    if (marker === MARKER.DHT) readHuffman(bytes.subarray(data, end), tables);
    else if (marker === MARKER.DQT) readQuantization(bytes.subarray(data, end), tables);
    else if (marker === MARKER.DRI) tables.restartInterval = view.getUint16(data);
    at = end;
    if (marker !== MARKER.SOS) continue;
    const scan = scanOf(bytes.subarray(data, end), header, tables);
    const next = scan && walkScan(bytes, at, scan, tables.restartInterval, 2 ** header.precision);
    if (next == null) return true;
    at = next;
  }
  return false;
}

function readHuffman(data: Uint8Array, tables: Tables): void {
  for (let at = 0; at + 17 <= data.length;) {
    const [kind, place] = [data[at]! >> 4, data[at]! & 15];
    const count = new Uint8Array(17);
    count.set(data.subarray(at + 1, at + 17), 1);
    const total = count.reduce((sum, codes) => sum + codes, 0);
    const table = makeTable(count, data.subarray(at + 17, at + 17 + total));
    (kind === 0 ? tables.dc : tables.ac)[place] = table;
    at += 17 + total;
  }
}

function makeTable(count: Uint8Array, symbols: Uint8Array): Table {
  const fast = new Uint16Array(1 << FAST_BITS);
  const [first, start] = [new Int32Array(17), new Int32Array(17)];
  let code = 0;
  let symbol = 0;
  for (let length = 1; length <= 16; length++) {
    first[length] = code;
    start[length] = symbol;
    for (let i = 0; i < count[length]! && length <= FAST_BITS; i++) {
      const from = (code + i) << (FAST_BITS - length);
      fast.fill((length << 8) | symbols[symbol + i]!, from, from + (1 << (FAST_BITS - length)));
    }
    code = (code + count[length]!) << 1;
    symbol += count[length]!;
  }
  return { fast, symbols, first, count, start };
}

function readQuantization(data: Uint8Array, tables: Tables): void {
  for (let at = 0; at < data.length;) {
    const [wide, place] = [data[at]! >> 4 !== 0, data[at]! & 15];
    const size = wide ? 2 : 1;
    if (at + 1 + BLOCK * size > data.length) return;
    tables.quantization[place] = Uint16Array.from({ length: BLOCK }, (_, i) =>
      wide ? (data[at + 1 + 2 * i]! << 8) | data[at + 2 + 2 * i]! : data[at + 1 + i]!,
    );
    at += 1 + BLOCK * size;
  }
}

/** The components of a scan and how many coded units it has; null where it names what is not there. */
function scanOf(data: Uint8Array, { components, rows, columns }: JpegHeader, tables: Tables) {
  const count = data[0]!;
  const [across, down] = [
    Math.max(...components.map(({ horizontal }) => horizontal)),
    Math.max(...components.map(({ vertical }) => vertical)),
  ];
  const parts: Part[] = [];
  let units = Math.ceil(columns / (8 * across)) * Math.ceil(rows / (8 * down));
  for (let i = 0; i < count; i++) {
    const component = components.find(({ id }) => id === data[1 + 2 * i]);
    const [dc, ac] = [tables.dc[data[2 + 2 * i]! >> 4], tables.ac[data[2 + 2 * i]! & 15]];
    const quantization = component && tables.quantization[component.quantization];
    if (!quantization || !dc || !ac) return null;
    const { horizontal, vertical } = component;
    // Alone in its scan, a component has no blocks of padding (A.2.2).
    if (count === 1) {
      units =
        Math.ceil(Math.ceil((columns * horizontal) / across) / 8) * Math.ceil(Math.ceil((rows * vertical) / down) / 8);
    }
    parts.push({ dc, ac, quantization, blocks: count === 1 ? 1 : horizontal * vertical, last: 0 });
  }
  return { parts, units };
}

/**
 * @param levels of a sample
 * @returns where the marker after the scan stands; null where the scan is damaged
 */
function walkScan(
  bytes: Uint8Array,
  start: number,
  { parts, units }: { parts: readonly Part[]; units: number },
  restartInterval: number,
  levels: number,
): number | null {
  const bits = new Bits(bytes, start);
  // Of a block whose samples are all black or all white: the mean times eight, around the middle.
  const largestDc = levels * 4;
  const largestAc = levels * 8;
  for (let unit = 0, restarts = 0; unit < units; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      if (!bits.endInterval() || bytes[bits.at + 1] !== MARKER.RST0 + (restarts++ & 7)) return null;
      bits.restart(bits.at + 2);
      for (const part of parts) part.last = 0;
    }
    for (const part of parts) {
      for (let block = 0; block < part.blocks; block++) {
        if (!walkBlock(bits, part, largestDc, largestAc)) return null;
      }
    }
    if (bits.isOver) return null;
  }
  return bits.endInterval() ? bits.at : null;
}

function walkBlock(bits: Bits, part: Part, largestDc: number, largestAc: number): boolean {
  const { ac, quantization } = part;
  const size = bits.symbol(part.dc);
  if (size < 0 || size > 15) return false;
  if (size > 0) {
    const value = bits.take(size);
    part.last += value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    const step = quantization[0]!;
    if (Math.abs(part.last) * step > largestDc + step) return false;
  }
  for (let k = 1; k < BLOCK; k++) {
    const symbol = bits.skip(ac);
    if (symbol <= 0) return symbol === 0;
    const length = symbol & 15;
    k += symbol >> 4;
    if (length === 0 ? symbol !== SIXTEEN_ZEROS : k >= BLOCK || quantization[k]! << (length - 1) > largestAc)
      return false;
  }
  return true;
}

/** Reads bits; behind the end of an interval it gives zeros and remembers that. */
class Bits {
  at: number;
  private readonly bytes: Uint8Array;
  private held = 0;
  private count = 0;
  /** Bits of `count` that are not in the data. */
  private invented = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Whether more bits were taken than there are. */
  get isOver(): boolean {
    return this.count < this.invented;
  }

  restart(at: number): void {
    this.at = at;
    this.held = this.count = this.invented = 0;
  }

  /** The next symbol of a table, past the bits of its value; negative where no code matches. */
  skip(table: Table): number {
    // A code of the fast table and its bits are at most 25.
    if (this.count < FAST_BITS + 15) this.fill();
    const entry = table.fast[(this.held >>> (this.count - FAST_BITS)) & ((1 << FAST_BITS) - 1)]!;
    if (entry !== 0) {
      this.count -= (entry >> 8) + (entry & 15);
      return entry & 0xff;
    }
    const symbol = this.symbol(table);
    if (symbol > 0) this.take(symbol & 15);
    return symbol;
  }

  /** The next symbol; negative where no code matches. */
  symbol(table: Table): number {
    if (this.count < 16) this.fill();
    const next = (this.held >>> (this.count - 16)) & 0xffff;
    const entry = table.fast[next >> (16 - FAST_BITS)]!;
    if (entry !== 0) {
      this.count -= entry >> 8;
      return entry & 0xff;
    }
    for (let length = FAST_BITS + 1; length <= 16; length++) {
      const index = (next >> (16 - length)) - table.first[length]!;
      if (index >= 0 && index < table.count[length]!) {
        this.count -= length;
        return table.symbols[table.start[length]! + index]!;
      }
    }
    return -1;
  }

  /** Up to 15 bits as a number. */
  take(length: number): number {
    if (this.count < length) this.fill();
    this.count -= length;
    return (this.held >>> this.count) & ((1 << length) - 1);
  }

  /** True where nothing but the padding of a byte, all zeros or all ones, stands before the next marker, where `at` then is. */
  endInterval(): boolean {
    const left = this.count - this.invented;
    if (left < 0 || left > 7) return false;
    const padding = (this.held >>> this.invented) & ((1 << left) - 1);
    if (padding !== 0 && padding !== (1 << left) - 1) return false;
    while (this.bytes[this.at] === 0xff && this.bytes[this.at + 1] === 0xff) this.at++;
    return this.bytes[this.at] === 0xff && this.bytes[this.at + 1] !== 0;
  }

  /** More than 24 bits. */
  private fill(): void {
    while (this.count <= 24) {
      const byte = this.bytes[this.at];
      if (byte === undefined || (byte === 0xff && this.bytes[this.at + 1] !== 0)) {
        this.held <<= 8;
        this.invented += 8;
      } else {
        this.held = (this.held << 8) | byte;
        this.at += byte === 0xff ? 2 : 1;
      }
      this.count += 8;
    }
  }
}
