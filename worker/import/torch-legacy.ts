import { HifuseError } from '../../models/errors.ts';
import { quote } from '../../models/quote.ts';
import { DTYPES } from '../../models/package/dtypes.ts';
import type { ByteSource } from './byte-source.ts';
import { PICKLE_LIMIT, PickleTruncated } from './pickle-machine.ts';
import { unpickle } from './pickle.ts';
import type { TorchFile } from './torch-file.ts';
import { persistentStorage, torchGlobals, type StorageRef } from './torch-globals.ts';

/**
 * The form of PyTorch before 1.6: five pickles (magic number, protocol version, facts about the machine, the object, the
 * storages' keys), then for each key the number of elements (int64) and the elements.
 */

/** The integer 0x1950a86a20f9469cfc6c as every pickle protocol since 2 writes it: the first pickle of such a file. */
const MAGIC_NUMBER = Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex');
/** Before it: the protocol (2 bytes) and, from protocol 4 on, a frame (9 bytes). */
const MAGIC_BEGINS_BY = 11;

/** @param start at least the first 23 bytes of a file */
export function isTorchLegacy(start: Uint8Array): boolean {
  const at = Buffer.from(start).indexOf(MAGIC_NUMBER);
  return start[0] === PROTO && at >= 0 && at <= MAGIC_BEGINS_BY;
}

const PROTO = 0x80;
const PROTOCOL_VERSION = 1001;
/** How much is read first: the pickles of a state dict of base have about 150 kB. */
const FIRST_READ = 2 ** 20;
const COUNT_BYTES = 8;

interface Pickles {
  root: unknown;
  keys: readonly unknown[];
  storages: ReadonlyMap<string, StorageRef>;
  end: number;
}

/** @throws HifuseError `checkpoint.corrupt`, `checkpoint.unsafe-pickle`, `checkpoint.unknown-format` */
export async function openTorchLegacy(source: ByteSource): Promise<TorchFile> {
  const { name } = source;
  const { root, keys, storages, end } = await readPickles(source);

  /** Key -> where its elements begin, and how many there are. */
  const places = new Map<string, { begin: number; length: number }>();
  let at = end;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) throw corrupt(name, 'it lists a storage that no tensor uses');
    const count = await source.read(at, COUNT_BYTES);
    const length = Number(new DataView(count.buffer).getBigInt64(0, true));
    const begin = at + COUNT_BYTES;
    at = begin + length * DTYPES[storage.dtype].bytes;
    if (length < 0 || !(at <= source.size))
      throw corrupt(name, `storage ${quote(storage.key)} claims ${length} elements`);
    places.set(storage.key, { begin, length });
  }

  return {
    format: 'PyTorch (legacy, before 1.6)',
    root,
    readStorage: (storage, first, count) => {
      const place = places.get(storage.key);
      if (!place) throw corrupt(name, `storage ${quote(storage.key)} is missing`);
      const { bytes } = DTYPES[storage.dtype];
      const from = storage.offset + first;
      if (from + count > place.length)
        throw corrupt(name, `storage ${quote(storage.key)} has only ${place.length} elements`);
      return source.read(place.begin + from * bytes, count * bytes);
    },
  };
}

function corrupt(file: string, diagnosis: string): HifuseError {
  return new HifuseError('checkpoint.corrupt', { reason: 'cut', file, diagnosis });
}

/** Reads the pickles, and more of the file while they are not complete. */
async function readPickles(source: ByteSource): Promise<Pickles> {
  for (let length = FIRST_READ; ; length *= 4) {
    const bytes = await source.read(0, Math.min(length, source.size, PICKLE_LIMIT));
    try {
      return parsePickles(bytes, source.name);
    } catch (error) {
      if (!(error instanceof PickleTruncated) || bytes.length >= Math.min(source.size, PICKLE_LIMIT)) throw error;
    }
  }
}

function parsePickles(bytes: Uint8Array, name: string): Pickles {
  const storages = new Map<string, StorageRef>();
  const globals = torchGlobals(name);
  let end = 0;
  const next = (): unknown => {
    const read = unpickle(bytes, end, {
      subject: name,
      find: (global) => globals.get(global),
      persistent: (id) => {
        const storage = persistentStorage(id, name);
        const known = storages.get(storage.key);
        if (known && known.dtype !== storage.dtype)
          throw corrupt(name, `storage ${quote(storage.key)} has two element types`);
        storages.set(storage.key, storage);
        return storage;
      },
    });
    end = read.end;
    return read.value;
  };

  next(); // the magic number
  if (next() !== PROTOCOL_VERSION) {
    throw new HifuseError('checkpoint.unknown-format', { reason: 'protocol', file: name });
  }
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false) {
    throw new HifuseError('checkpoint.unknown-format', { reason: 'byte-order', file: name });
  }
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw corrupt(name, 'the list of its storages is missing');
  return { root, keys, storages, end };
}
