import { HifuseError } from '../errors.ts';
import { quote } from '../quote.ts';
import { DTYPES, isDtype, type DtypeName } from './dtypes.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/**
 * The safetensors format: eight bytes with the header's length (unsigned, little-endian), a JSON header
 * `{name: {dtype, shape, data_offsets: [begin, end]}, __metadata__: {...}}`, then the tensors' bytes without gaps.
 */

/** A tensor as the header declares it. Offsets count from the file's start. */
export interface TensorEntry {
  dtype: DtypeName;
  shape: readonly number[];
  begin: number;
  end: number;
}

/** A tensor to be written. */
export interface RawTensor {
  dtype: DtypeName;
  shape: readonly number[];
  bytes: Uint8Array;
}

/** Bytes before the header. */
export const LENGTH_BYTES = 8;
/** Longer headers than this no HiFuse checkpoint has: base needs about 60 kB. */
const HEADER_LIMIT = 16 * 2 ** 20;
const RANK_LIMIT = 8;

function corrupt(file: string, diagnosis: string): never {
  throw new HifuseError('checkpoint.corrupt', { reason: 'structure', file, diagnosis });
}

/**
 * Length of the header, from the first eight bytes.
 *
 * @throws HifuseError `checkpoint.corrupt` where it is longer than the file or {@link HEADER_LIMIT}
 */
export function headerLength(start: Uint8Array, fileSize: number, subject: string): number {
  if (start.length < LENGTH_BYTES) corrupt(subject, 'it is too short to be a safetensors file');
  const view = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES);
  const length = Number(view.getBigUint64(0, true));
  if (length > fileSize - LENGTH_BYTES)
    corrupt(subject, `its header claims ${length} bytes, and the file has ${fileSize}`);
  if (length > HEADER_LIMIT)
    corrupt(subject, `its header claims ${length} bytes, more than ${HEADER_LIMIT} are never needed`);
  return length;
}

/**
 * Reads and checks the header: known types, shapes that fit their bytes, and no gap, overlap or claim beyond the file.
 *
 * @param header the JSON alone
 * @throws HifuseError `checkpoint.corrupt`
 */
export function parseHeader(header: Uint8Array, fileSize: number, subject: string): Map<string, TensorEntry> {
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(header));
  } catch {
    corrupt(subject, 'its header is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    corrupt(subject, 'its header is not a JSON object');

  const start = LENGTH_BYTES + header.length;
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(json)) {
    if (name !== '__metadata__') entries.set(name, parseEntry(name, value, start, subject));
  }
  let end = start;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) corrupt(subject, `the bytes of ${quote(name)} do not follow those before`);
    end = entry.end;
  }
  if (end !== fileSize) corrupt(subject, `its tensors claim ${end} bytes, and the file has ${fileSize}`);
  return entries;
}

function parseEntry(name: string, value: unknown, start: number, subject: string): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (!isDtype(dtype))
    corrupt(
      subject,
      `${quote(name)} has the element type ${typeof dtype === 'string' ? quote(dtype) : typeof dtype}, which is not supported`,
    );
  if (!isSizes(shape) || shape.length > RANK_LIMIT) corrupt(subject, `${quote(name)} has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) corrupt(subject, `${quote(name)} has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, size) => product * size, DTYPES[dtype].bytes);
  if (end - begin !== bytes) {
    corrupt(subject, `${quote(name)} of shape [${shape.join(', ')}] needs ${bytes} bytes and has ${end - begin}`);
  }
  return { dtype, shape, begin: start + begin, end: start + end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

/**
 * Reads a whole file.
 *
 * @returns name -> type, shape and bytes; the bytes are views of the file
 * @throws HifuseError `checkpoint.corrupt`
 */
export function decodeSafetensors(file: Uint8Array, subject: string): Map<string, RawTensor> {
  const length = headerLength(file.subarray(0, LENGTH_BYTES), file.length, subject);
  const entries = parseHeader(file.subarray(LENGTH_BYTES, LENGTH_BYTES + length), file.length, subject);
  return new Map(
    [...entries].map(([name, { dtype, shape, begin, end }]) => [
      name,
      { dtype, shape, bytes: file.subarray(begin, end) },
    ]),
  );
}

/** Writes a file; the tensors stand in the order given. The header is padded so that they start at a multiple of eight. */
export function encodeSafetensors(tensors: ReadonlyMap<string, RawTensor>): Uint8Array<ArrayBuffer> {
  let size = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [size, size + bytes.length] };
    size += bytes.length;
  }
  const text = JSON.stringify(header);
  const json = encodeUtf8(text.padEnd(text.length + ((8 - (encodeUtf8(text).length % 8)) % 8)));

  const file = new Uint8Array(LENGTH_BYTES + json.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, LENGTH_BYTES);
  let offset = LENGTH_BYTES + json.length;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}
