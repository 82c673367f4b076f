/** A parameter in row-major order. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

/** Released parameter name -> tensor. */
export type StateDict = ReadonlyMap<string, Tensor>;
