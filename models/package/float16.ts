/** IEEE 754 binary16 and bfloat16, to and from float32. */

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/**
 * The bits of the nearest binary16, halves to even. From 65520 on that is infinity; NaN becomes a quiet NaN.
 *
 * @param value rounded to float32 first, as a tensor of doubles would be
 */
export function toFloat16Bits(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and more, infinity
  if (magnitude >= 0x38800000) {
    // Normal, from 2^-14: move the exponent's bias from 127 to 15 and drop 13 bits.
    return sign | roundedShift(magnitude - 0x38000000, 13);
  }
  if (magnitude <= 0x33000000) return sign; // up to 2^-25, half of the smallest subnormal: zero (ties to even)
  // Subnormal: the fraction with its hidden bit, in units of 2^-24.
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  return sign | roundedShift(fraction, 126 - (magnitude >>> 23));
}

/** Drops the low bits, rounding to nearest, halves to even. */
function roundedShift(value: number, bits: number): number {
  const kept = value >>> bits;
  const dropped = value & ((1 << bits) - 1);
  const half = 1 << (bits - 1);
  return dropped > half || (dropped === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** The value of binary16 bits; exact. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** All 65,536 values, for widening whole tensors; made at first use. */
let table: Float32Array | undefined;

/** Widens bit patterns of IEEE 754 half floats, exactly. */
export function widenFloat16(source: Uint16Array): Float32Array<ArrayBuffer> {
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => fromFloat16Bits(bits));
  const widened = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) widened[i] = table[source[i]!]!;
  return widened;
}

/** Rounds every value to the nearest binary16; see {@link toFloat16Bits}. */
export function narrowFloat16(source: Float32Array): Uint16Array<ArrayBuffer> {
  const narrowed = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) narrowed[i] = toFloat16Bits(source[i]!);
  return narrowed;
}

/** bfloat16 to float32; exact. */
export function widenBfloat16(source: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16;
  return new Float32Array(bits.buffer);
}
