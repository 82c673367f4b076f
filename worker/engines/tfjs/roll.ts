import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';

/** Moves rows and columns down and right by `by` positions (up and left where negative), around the edges. */
export function roll(tf: typeof TensorFlow, x: Tensor, by: number): Tensor {
  if (by === 0) return x;
  return [1, 2].reduce((y, axis) => {
    const size = y.shape[axis]!;
    const head = ((by % size) + size) % size;
    const [front, back] = tf.split(y as Tensor3D, [size - head, head], axis) as [Tensor, Tensor];
    return tf.concat([back, front], axis);
  }, x);
}
