import { crc32 } from 'node:zlib';
import { relativePositionIndex } from '../../models/hifuse/relative-position.ts';
import { releasedParameters, type StateDict } from '../../models/hifuse/state-dict.ts';
import type { Architecture } from '../../models/package/manifest.ts';
import { encodeUtf8 } from '../../models/package/utf8.ts';

interface Stored {
  name: string;
  shape: readonly number[];
  storage: 'FloatStorage' | 'LongStorage';
  length: number;
  bytes: Uint8Array;
}

/**
 * A checkpoint as `torch.save(network.state_dict())` writes one (ZIP form): float32 under the released names, with the
 * relative position index as int64, so that the released code loads it strictly.
 *
 * @throws RangeError beyond 4 GB, which needs ZIP64
 */
export function encodeTorchFile(
  state: StateDict,
  architecture: Architecture,
  classCount: number,
): Uint8Array<ArrayBuffer> {
  const index = BigInt64Array.from(relativePositionIndex(architecture.window), BigInt);
  const tensors: Stored[] = [];
  for (const [name, { shape, kind }] of releasedParameters(architecture, classCount)) {
    const tensor = state.get(name);
    if (kind === 'index') {
      tensors.push({ name, shape, storage: 'LongStorage', length: index.length, bytes: bytesOf(index) });
    } else if (tensor) {
      const { data } = tensor;
      tensors.push({ name, shape, storage: 'FloatStorage', length: data.length, bytes: bytesOf(data) });
    }
  }
  return storedZip([
    ['archive/data.pkl', pickledStateDict(tensors)],
    ['archive/byteorder', encodeUtf8('little')],
    ...tensors.map(({ bytes }, key): [string, Uint8Array] => [`archive/data/${key}`, bytes]),
    ['archive/version', encodeUtf8('3\n')],
  ]);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

// Pickle --------------------------------------------------------------------------------------------------------------

/** An ordered dict of tensors, in pickle protocol 2; nothing in it is referred to twice, so that no memo is needed. */
function pickledStateDict(tensors: readonly Stored[]): Uint8Array {
  const emptyDict = [...callee('collections', 'OrderedDict'), ...tuple(), 0x52]; // REDUCE
  const items = tensors.flatMap(({ name, shape, storage, length }, key) => [
    ...text(name),
    ...callee('torch._utils', '_rebuild_tensor_v2'),
    ...tuple(
      [...tuple(text('storage'), callee('torch', storage), text(`${key}`), text('cpu'), whole(length)), 0x51], // BINPERSID
      whole(0),
      tuple(...shape.map(whole)),
      tuple(...rowMajor(shape).map(whole)),
      [0x89], // NEWFALSE: needs no gradient
      emptyDict,
    ),
    0x52,
  ]);
  return Uint8Array.from([0x80, 2, ...emptyDict, 0x28, ...items, 0x75, 0x2e]); // PROTO, MARK, SETITEMS, STOP
}

const uint32 = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
/** BINUNICODE. */
const text = (value: string): number[] => {
  const bytes = encodeUtf8(value);
  return [0x58, ...uint32(bytes.length), ...bytes];
};
/** BININT. */
const whole = (value: number): number[] => [0x4a, ...uint32(value)];
/** GLOBAL. */
const callee = (module: string, name: string): number[] => [0x63, ...encodeUtf8(`${module}\n${name}\n`)];
/** MARK, items, TUPLE. */
const tuple = (...items: readonly (readonly number[])[]): number[] => [0x28, ...items.flat(), 0x74];

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
}

// ZIP -----------------------------------------------------------------------------------------------------------------

const LARGEST = 0xffffffff;

/** An archive of entries as they are, without compression (PKWARE APPNOTE 4.3). */
function storedZip(entries: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of entries) {
    const label = encodeUtf8(name);
    const crc = crc32(bytes);
    const common = [
      [2, 20], // version that extracts it
      [2, 0],
      [2, 0], // stored
      [4, 0], // no time
      [4, crc],
      [4, bytes.length],
      [4, bytes.length],
      [2, label.length],
      [2, 0],
    ] as const;
    directory.push(fields([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), label);
    const local = fields([[4, 0x04034b50], ...common]);
    chunks.push(local, label, bytes);
    offset += local.length + label.length + bytes.length;
    if (offset > LARGEST) throw new RangeError('A checkpoint of more than 4 GB is not written in the form of PyTorch.');
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
  return joined([...chunks, ...directory, end]);
}

/** Little-endian numbers, each of two or four bytes. */
function fields(values: readonly (readonly [width: 2 | 4, value: number])[]): Uint8Array {
  return Uint8Array.from(values.flatMap(([width, value]) => uint32(value).slice(0, width)));
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
