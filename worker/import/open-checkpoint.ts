import { HifuseError } from '../../models/errors.ts';
import type { DtypeName } from '../../models/package/dtypes.ts';
import { headerLength, LENGTH_BYTES, parseHeader, type RawTensor } from '../../models/package/safetensors.ts';
import { FileSource, type ByteSource } from './byte-source.ts';
import { findStateDict, stripPrefixes } from './find-state-dict.ts';
import { readTensor, type TorchFile } from './torch-file.ts';
import { isTorchLegacy, openTorchLegacy } from './torch-legacy.ts';
import { openTorchZip } from './torch-zip.ts';

/** A tensor of which name, type and shape are known, and whose values are read when asked for. */
export interface StoredTensor {
  dtype: DtypeName;
  shape: readonly number[];
  read(): Promise<RawTensor>;
}

export interface Checkpoint {
  /** File name, for messages. */
  name: string;
  /** For the reader: 'PyTorch, weights under net'. */
  format: string;
  /** Names without the prefixes of wrappers. */
  tensors: ReadonlyMap<string, StoredTensor>;
}

type Content = Pick<Checkpoint, 'format' | 'tensors'>;

interface Format {
  matches(start: Uint8Array): boolean;
  open(source: ByteSource): Promise<Content>;
}

const ZIP_MAGIC = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const OPENING_BRACE = 0x7b;
/** Enough of a file to tell its format. */
const START_BYTES = 32;

/** By content, never by extension. */
const FORMATS: readonly Format[] = [
  {
    matches: (start) => startsWith(start, ZIP_MAGIC),
    open: async (source) => torch(await openTorchZip(source), source),
  },
  {
    matches: isTorchLegacy,
    open: async (source) => torch(await openTorchLegacy(source), source),
  },
  { matches: (start) => start[LENGTH_BYTES] === OPENING_BRACE, open: safetensors },
];

/**
 * Reads what a checkpoint holds; values are read by range when a tensor is asked for, as long as the source is open.
 *
 * @throws HifuseError `checkpoint.*`
 */
export async function openCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const start = await source.read(0, Math.min(START_BYTES, source.size));
  const format = FORMATS.find((candidate) => candidate.matches(start));
  if (!format) {
    throw new HifuseError('checkpoint.unknown-format', { reason: 'content', file: source.name });
  }
  const { tensors, ...opened } = await format.open(source);
  return { name: source.name, ...opened, tensors: stripPrefixes(tensors) };
}

/**
 * Opens a checkpoint file for as long as `use` takes.
 *
 * @throws HifuseError `file.*`, `checkpoint.*`
 */
export async function withCheckpoint<T>(path: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const source = await FileSource.open(path);
  try {
    return await use(await openCheckpoint(source));
  } finally {
    await source.close();
  }
}

function startsWith(bytes: Uint8Array, magic: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function torch(file: TorchFile, { name }: ByteSource): Content {
  const { path, tensors } = findStateDict(file.root, name);
  const where = path.length > 0 ? `, weights under ${path.join('.')}` : ', state dict';
  return {
    format: file.format + where,
    tensors: new Map(
      [...tensors].map(([key, tensor]) => [
        key,
        { dtype: tensor.storage.dtype, shape: tensor.shape, read: () => readTensor(file, tensor, `${name}: ${key}`) },
      ]),
    ),
  };
}

async function safetensors(source: ByteSource): Promise<Content> {
  const { name, size } = source;
  const length = headerLength(await source.read(0, LENGTH_BYTES), size, name);
  const entries = parseHeader(await source.read(LENGTH_BYTES, length), size, name);
  return {
    format: 'safetensors',
    tensors: new Map(
      [...entries].map(([key, { dtype, shape, begin, end }]) => [
        key,
        { dtype, shape, read: async () => ({ dtype, shape, bytes: await source.read(begin, end - begin) }) },
      ]),
    ),
  };
}
