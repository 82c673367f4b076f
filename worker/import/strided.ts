/**
 * Copies a strided tensor into row-major order.
 *
 * @param source bytes from the tensor's first element on
 * @param stride elements from one index to the next, per axis
 * @param bytesPerElement 1, 2, 4 or 8
 * @returns bytes of the elements in row-major order; `source` itself where they are so already
 */
export function toRowMajor(
  source: Uint8Array<ArrayBuffer>,
  shape: readonly number[],
  stride: readonly number[],
  bytesPerElement: number,
): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1);
  if (isRowMajor(shape, stride)) return source.subarray(0, count * bytesPerElement);

  const target = new Uint8Array(count * bytesPerElement);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    for (let byte = 0; byte < bytesPerElement; byte++) {
      target[to * bytesPerElement + byte] = source[from * bytesPerElement + byte]!;
    }
    // The next index, as an odometer counts, and the element where it stands.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += stride[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= index[axis]! * stride[axis]!;
      index[axis] = 0;
    }
  }
  return target;
}

/** Axes of size 1 have any stride. */
export function isRowMajor(shape: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
