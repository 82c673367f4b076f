import { widenBfloat16, widenFloat16 } from './float16.ts';

/**
 * Element types of tensors in files, by the names that safetensors gives them. Elements are little-endian, like every
 * machine that the program runs on, so typed arrays read them as they are.
 */
interface Dtype {
  /** Bytes of an element. */
  bytes: number;
  /** Elements as float32, rounded where the type is wider. null: weights of this type are refused. */
  toFloat32: ((buffer: ArrayBuffer) => Float32Array<ArrayBuffer>) | null;
}

export const DTYPES = {
  F64: { bytes: 8, toFloat32: (buffer) => new Float32Array(new Float64Array(buffer)) },
  F32: { bytes: 4, toFloat32: (buffer) => new Float32Array(buffer) },
  F16: { bytes: 2, toFloat32: (buffer) => widenFloat16(new Uint16Array(buffer)) },
  BF16: { bytes: 2, toFloat32: (buffer) => widenBfloat16(new Uint16Array(buffer)) },
  I64: { bytes: 8, toFloat32: null },
  I32: { bytes: 4, toFloat32: null },
  I16: { bytes: 2, toFloat32: null },
  I8: { bytes: 1, toFloat32: null },
  U8: { bytes: 1, toFloat32: null },
  BOOL: { bytes: 1, toFloat32: null },
} as const satisfies Record<string, Dtype>;

export type DtypeName = keyof typeof DTYPES;

/** Whether safetensors knows a type of that name. */
export function isDtype(name: unknown): name is DtypeName {
  return typeof name === 'string' && Object.hasOwn(DTYPES, name);
}
