import type { DtypeName } from '../../../models/package/dtypes.ts';
import { narrowFloat16 } from '../../../models/package/float16.ts';
import { pickle, py } from './pickle-writer.ts';
import { concat, writeZip, type ZipPart } from './zip-writer.ts';

/** Writes for tests what torch.save writes, in both forms, and what it never would. */

const STORAGES: Readonly<Partial<Record<DtypeName, string>>> = {
  F64: 'DoubleStorage',
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  I64: 'LongStorage',
  I32: 'IntStorage',
};

/** Values as bytes of an element type; bfloat16 is cut off, so give it values that it can hold. */
export function encodeElements(values: ArrayLike<number>, dtype: DtypeName): Uint8Array {
  const numbers = Array.from(values);
  const encoders: Partial<Record<DtypeName, () => ArrayBufferView>> = {
    F64: () => Float64Array.from(numbers),
    F32: () => Float32Array.from(numbers),
    F16: () => narrowFloat16(Float32Array.from(numbers)),
    BF16: () => Uint16Array.from(new Uint32Array(Float32Array.from(numbers).buffer), (bits) => bits >>> 16),
    I64: () => BigInt64Array.from(numbers, BigInt),
    I32: () => Int32Array.from(numbers),
  };
  const { buffer, byteOffset, byteLength } = encoders[dtype]!();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

interface Stored {
  dtype: DtypeName;
  bytes: Uint8Array;
  length: number;
}

export interface TensorLayout {
  shape: readonly number[];
  stride: readonly number[];
  offset: number;
}

/** Collects storages while a test builds an object to save. */
export class TorchWriter {
  readonly #storages: Stored[] = [];

  /** Adds a storage; the values are its elements in order. */
  storage(values: ArrayLike<number>, dtype: DtypeName = 'F32'): number {
    return this.#storages.push({ dtype, bytes: encodeElements(values, dtype), length: values.length }) - 1;
  }

  /** A tensor over a storage. `claimed`: the storage's length as the pickle says it. */
  view(storage: number, { shape, stride, offset }: TensorLayout, claimed?: number): unknown {
    const { dtype, length } = this.#storages[storage]!;
    const type = py.global('torch', STORAGES[dtype]!);
    const id = ['storage', type, `${storage}`, 'cpu', claimed ?? length];
    return py.call(
      py.global('torch._utils', '_rebuild_tensor_v2'),
      py.persistent(py.tuple(...(this.legacy ? [...id, null] : id))),
      offset,
      py.tuple(...shape),
      py.tuple(...stride),
      false,
      py.orderedDict([]),
    );
  }

  /** A contiguous tensor with a storage of its own. */
  tensor(shape: readonly number[], values: ArrayLike<number>, dtype: DtypeName = 'F32'): unknown {
    return this.view(this.storage(values, dtype), { shape, stride: rowMajor(shape), offset: 0 });
  }

  readonly legacy: boolean;
  constructor({ legacy = false } = {}) {
    this.legacy = legacy;
  }

  /** The file that torch.save would write for this object. */
  save(
    root: unknown,
    options: { deflate?: boolean; zip64?: boolean; zeroCrc?: boolean } = {},
  ): Uint8Array<ArrayBuffer> {
    return this.legacy
      ? this.#saveLegacy(root)
      : writeZip(this.parts(root, options), { zip64: options.zip64 ?? false });
  }

  /** The entries of the ZIP form, for tests that change them. */
  parts(root: unknown, { deflate = false, zeroCrc = false } = {}): ZipPart[] {
    const entry = (name: string, bytes: Uint8Array): ZipPart => ({
      name: `archive/${name}`,
      bytes,
      deflate,
      ...(zeroCrc ? { claims: { crc: 0 } } : {}),
    });
    return [
      entry('data.pkl', pickle(root)),
      entry('byteorder', new TextEncoder().encode('little')),
      ...this.#storages.map(({ bytes }, key) => entry(`data/${key}`, bytes)),
      entry('version', new TextEncoder().encode('3\n')),
    ];
  }

  #saveLegacy(root: unknown): Uint8Array<ArrayBuffer> {
    const facts = py.dict({
      protocol_version: 1001,
      little_endian: true,
      type_sizes: py.dict({ short: 2, int: 4, long: 4 }),
    });
    // Only what is referred to, in the order in which it is.
    const keys = new Set<string>();
    const object = pickle(root, ([kind, , key]) => kind === 'storage' && keys.add(key as string));
    const heads = [LEGACY_MAGIC_PICKLE, pickle(1001), pickle(facts), object, pickle([...keys])];
    const bodies = [...keys].flatMap((key) => {
      const { bytes, length } = this.#storages[Number(key)]!;
      return [new Uint8Array(BigInt64Array.of(BigInt(length)).buffer), bytes];
    });
    return concat([...heads, ...bodies]);
  }
}

/** The integer 0x1950a86a20f9469cfc6c, as Python pickles it. */
const LEGACY_MAGIC_PICKLE = Uint8Array.from(Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'));

export function rowMajor(shape: readonly number[]): number[] {
  const stride: number[] = [];
  let step = 1;
  for (const size of [...shape].reverse()) {
    stride.unshift(step);
    step *= size;
  }
  return stride;
}
