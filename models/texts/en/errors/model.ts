/** Model packages. */
export const model = {
  'model.not-found': 'There is no model of that id or at that path.',
  'model.invalid-package': 'The model package is incomplete or damaged.',
  'model.hash-mismatch': 'The weights are not those that the manifest names.',
  'model.missing-tensor': 'The checkpoint lacks a tensor that the network needs.',
  'model.extra-tensor': 'The checkpoint holds a tensor that the network does not know.',
  'model.shape-mismatch': 'A tensor of the checkpoint has another shape than the network needs.',
  'model.self-test-failed': 'The model does not give the outputs that its self-test demands.',
  'model.quantization-refused': 'The model cannot be quantised without losing too much accuracy.',
} as const;
