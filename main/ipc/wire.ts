/**
 * Messages over the WebSocket: JSON, with typed arrays hoisted out of it as binary segments. Pixels never become JSON.
 *
 *   bytes 0-3   length L of the JSON, little endian
 *   bytes 4-..  JSON in UTF-8, then zeros up to a multiple of 8
 *   then        the segments, each starting at a multiple of 8, so that any typed array can lie on the message itself
 *
 * In the JSON, an object with the one key "$" stands for what JSON cannot say:
 *   {"$": ["f32", offset, length]}   a typed array: kind, byte offset from the first segment, number of elements
 *   {"$": ["number", "NaN"]}         NaN, Infinity, -Infinity, -0
 *   {"$": ["object", [[key, value], ...]]}   an object that itself has a key "$"
 * Browser-safe: imports nothing of Node.
 */
import { HifuseError } from '../../models/errors.ts';

const ALIGNMENT = 8;
const LENGTH_BYTES = 4;

/** Kind -> typed array. */
const ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

type Kind = keyof typeof ARRAYS;
type WireArray = InstanceType<(typeof ARRAYS)[Kind]>;

const KINDS = Object.keys(ARRAYS) as Kind[];

const kindOf = (value: object): Kind | undefined => KINDS.find((kind) => value instanceof ARRAYS[kind]);

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

interface Segments {
  arrays: { offset: number; bytes: Uint8Array }[];
  end: number;
}

function pack(value: unknown, segments: Segments): unknown {
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $: ['number', Object.is(value, -0) ? '-0' : String(value)] };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return packArray(value as WireArray, segments);
  // What is undefined inside a list becomes null, as in JSON.
  if (Array.isArray(value)) return value.map((item) => pack(item, segments));
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [key, pack(item, segments)] as const);
  return entries.some(([key]) => key === '$') ? { $: ['object', entries] } : Object.fromEntries(entries);
}

function packArray(value: WireArray, segments: Segments): unknown {
  const kind = kindOf(value);
  if (!kind) throw new TypeError('This kind of binary data does not travel.');
  const offset = aligned(segments.end);
  segments.arrays.push({ offset, bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) });
  segments.end = offset + value.byteLength;
  return { $: [kind, offset, value.length] };
}

/** Writes a message: JSON values, typed arrays among them. Properties that are undefined are left out. */
export function encodeMessage(message: unknown): Uint8Array<ArrayBuffer> {
  const segments: Segments = { arrays: [], end: 0 };
  const json = new TextEncoder().encode(JSON.stringify(pack(message, segments) ?? null));
  const start = aligned(LENGTH_BYTES + json.length);
  const bytes = new Uint8Array(start + segments.end);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, LENGTH_BYTES);
  for (const { offset, bytes: segment } of segments.arrays) bytes.set(segment, start + offset);
  return bytes;
}

/** @param part that is wrong */
const malformed = (part: string): never => {
  throw new HifuseError('request.invalid', { reason: 'malformed', part });
};

/**
 * Reads a message. Typed arrays lie on the message's own memory, unless that is misaligned.
 * @throws HifuseError `request.invalid` for anything that {@link encodeMessage} did not write
 */
export function decodeMessage(message: Uint8Array): unknown {
  if (message.byteLength < LENGTH_BYTES) malformed('length');
  // Not `slice`: a Buffer of Node has one that copies nothing.
  const bytes =
    message.byteOffset % ALIGNMENT === 0 && message.buffer instanceof ArrayBuffer ? message : new Uint8Array(message);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const start = aligned(LENGTH_BYTES + length);
  if (LENGTH_BYTES + length > bytes.byteLength) malformed('length of the text');
  const segments = bytes.subarray(Math.min(start, bytes.byteLength));
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
    // A reviver defines properties, so that a key "__proto__" is a key like any other.
    return JSON.parse(json, (_key, value: unknown) => unpack(value, segments));
  } catch (error) {
    if (error instanceof HifuseError) throw error;
    return malformed('text');
  }
}

function unpack(value: unknown, segments: Uint8Array): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '$')) return value;
  const { $: mark } = value as { $: unknown };
  if (!Array.isArray(mark)) return malformed('mark');
  const [kind, ...rest] = mark as unknown[];
  if (kind === 'number') return unpackNumber(rest[0]);
  if (kind === 'object') return unpackObject(rest[0]);
  return unpackArray(kind, rest[0], rest[1], segments);
}

const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

function unpackNumber(name: unknown): number {
  return NUMBERS.get(name) ?? malformed('number');
}

function unpackObject(entries: unknown): object {
  const isEntry = (entry: unknown): entry is [string, unknown] => Array.isArray(entry) && typeof entry[0] === 'string';
  if (!Array.isArray(entries) || !entries.every(isEntry)) return malformed('object');
  return Object.fromEntries(entries);
}

function unpackArray(kind: unknown, offset: unknown, length: unknown, segments: Uint8Array): WireArray {
  const known = KINDS.find((name) => name === kind) ?? malformed('kind of data');
  const ArrayType = ARRAYS[known];
  const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isIndex(offset) || !isIndex(length) || offset % ALIGNMENT !== 0) return malformed('place of data');
  if (offset + length * ArrayType.BYTES_PER_ELEMENT > segments.byteLength) return malformed('length of data');
  return new ArrayType(segments.buffer as ArrayBuffer, segments.byteOffset + offset, length);
}
