import { HifuseError } from '../../models/errors.ts';
import { quote } from '../../models/quote.ts';
import type { DtypeName } from '../../models/package/dtypes.ts';
import { Tuple, type PickleGlobal } from './pickle-machine.ts';

/** A run of elements in the checkpoint, by the key under which it is stored. */
export class StorageRef {
  readonly key: string;
  readonly dtype: DtypeName;
  /** Elements. */
  readonly length: number;
  /** Element of the stored run with which this one begins; not 0 for the views of old files. */
  readonly offset: number;

  constructor(key: string, dtype: DtypeName, length: number, offset = 0) {
    this.key = key;
    this.dtype = dtype;
    this.length = length;
    this.offset = offset;
  }
}

/** A tensor as the pickle describes it; its values are still in the file. */
export class TensorRef {
  readonly storage: StorageRef;
  readonly shape: readonly number[];
  /** Elements from one index to the next, per axis. */
  readonly stride: readonly number[];
  /** Element of the storage at index [0, 0, ...]. */
  readonly offset: number;

  constructor(storage: StorageRef, shape: readonly number[], stride: readonly number[], offset: number) {
    this.storage = storage;
    this.shape = shape;
    this.stride = stride;
    this.offset = offset;
  }
}

/** The element type that a storage class stands for. */
class StorageType implements PickleGlobal {
  readonly name: string;
  readonly dtype: DtypeName;
  readonly call = null;

  constructor(name: string, dtype: DtypeName) {
    this.name = name;
    this.dtype = dtype;
  }
}

const RANK_LIMIT = 8;

const STORAGE_TYPES: Readonly<Record<string, DtypeName>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Element types that may stand in a checkpoint as values (options of an optimizer). */
const DTYPE_VALUES = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'];

/**
 * Everything that a checkpoint's pickle may name, for one file. What is not here is refused; in particular
 * torch.storage._load_from_bytes, which would read another pickle.
 *
 * @param subject file name, for messages
 */
export function torchGlobals(subject: string): ReadonlyMap<string, PickleGlobal> {
  const corrupt = (diagnosis: string): never => {
    throw new HifuseError('checkpoint.corrupt', { reason: 'structure', file: subject, diagnosis });
  };

  const sizes = (value: unknown, what: string): number[] => {
    const items = value instanceof Tuple ? value.items : value;
    if (!Array.isArray(items) || items.length > RANK_LIMIT || !items.every(isSize))
      corrupt(`a tensor has no valid ${what}`);
    return items as number[];
  };

  /** _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks[, metadata]) */
  const rebuildTensor = ([storage, offset, size, stride]: readonly unknown[]): TensorRef => {
    if (!(storage instanceof StorageRef)) return corrupt('a tensor has no storage');
    if (!isSize(offset)) return corrupt('a tensor has no valid offset');
    const tensor = new TensorRef(storage, sizes(size, 'size'), sizes(stride, 'stride'), offset);
    if (tensor.shape.length !== tensor.stride.length) corrupt('a tensor has more axes than strides, or fewer');
    if (offset + extent(tensor) > storage.length) {
      corrupt(
        `a tensor of shape [${tensor.shape.join(', ')}] reaches beyond its storage of ${storage.length} elements`,
      );
    }
    return tensor;
  };

  /** _rebuild_parameter(data, requires_grad, backward_hooks[, state]): a parameter is its tensor. */
  const rebuildParameter = ([data]: readonly unknown[]): TensorRef =>
    data instanceof TensorRef ? data : corrupt('a parameter has no tensor');

  /** OrderedDict() or, from Python 2, OrderedDict([[key, value], ...]). */
  const orderedDict = ([pairs = []]: readonly unknown[], spend: (items: number) => void): Map<unknown, unknown> => {
    if (!Array.isArray(pairs)) return corrupt('an OrderedDict has no pairs');
    spend(pairs.length);
    return new Map(
      pairs.map((pair: unknown) => {
        const items = pair instanceof Tuple ? pair.items : pair;
        return Array.isArray(items) && items.length === 2
          ? [items[0], items[1]]
          : corrupt('an OrderedDict has no pairs');
      }),
    );
  };

  const globals: PickleGlobal[] = [
    { name: 'collections.OrderedDict', call: orderedDict },
    // Schedules: MultiStepLR counts its milestones. The counts are never looked at.
    { name: 'collections.Counter', call: () => new Map() },
    { name: 'torch._utils._rebuild_tensor', call: rebuildTensor },
    { name: 'torch._utils._rebuild_tensor_v2', call: rebuildTensor },
    { name: 'torch._utils._rebuild_parameter', call: rebuildParameter },
    { name: 'torch._utils._rebuild_parameter_with_state', call: rebuildParameter },
    { name: 'torch.Size', call: ([size]) => new Tuple(sizes(size, 'size')) },
    { name: 'torch.device', call: ([device]) => (typeof device === 'string' ? device : null) },
    // Protocol 2 writes bytes as text and has them encoded again. They are never looked at.
    { name: '_codecs.encode', call: ([text]) => text },
    ...DTYPE_VALUES.map((name) => ({ name: `torch.${name}`, call: null })),
    ...Object.entries(STORAGE_TYPES).flatMap(([name, dtype]) =>
      [`torch.${name}`, `torch.cuda.${name}`].map((qualified) => new StorageType(qualified, dtype)),
    ),
  ];
  return new Map(globals.map((entry) => [entry.name, entry]));
}

/**
 * The storage of a persistent id: ('storage', type, key, location, length[, view]), where the view of files before
 * PyTorch 1.6 is None or (key, first element, length).
 */
export function persistentStorage(id: unknown, subject: string): StorageRef {
  const corrupt = (diagnosis: string): never => {
    throw new HifuseError('checkpoint.corrupt', { reason: 'structure', file: subject, diagnosis });
  };
  if (!(id instanceof Tuple)) return corrupt('a persistent id is no tuple');
  const [kind, type, key, , length, view = null] = id.items;
  if (kind !== 'storage') {
    throw new HifuseError('checkpoint.unsafe-pickle', {
      reason: 'code',
      file: subject,
      what: typeof kind === 'string' ? quote(kind, 40) : 'thing',
    });
  }
  if (!(type instanceof StorageType)) return corrupt('a storage has no type');
  if (typeof key !== 'string' || !isSize(length)) return corrupt('a storage has no key or length');
  if (view === null) return new StorageRef(key, type.dtype, length);

  const [, offset, viewLength] = view instanceof Tuple ? view.items : [];
  if (!isSize(offset) || !isSize(viewLength) || offset + viewLength > length)
    return corrupt('a view of a storage is invalid');
  return new StorageRef(key, type.dtype, viewLength, offset);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Elements from the first to the last that a tensor touches, both included; 0 where it is empty. */
export function extent({ shape, stride }: Pick<TensorRef, 'shape' | 'stride'>): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((last, size, axis) => last + (size - 1) * stride[axis]!, 1);
}
