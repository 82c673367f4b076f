/** PyTorch and safetensors checkpoints. */
export const checkpoint = {
  'checkpoint.unsafe-pickle': 'The checkpoint wants to call something that is not on the allow-list.',
  'checkpoint.corrupt': 'The checkpoint is damaged, cut off, or claims more than it holds.',
  'checkpoint.unknown-format': 'The file is no PyTorch or safetensors checkpoint.',
  'checkpoint.not-hifuse': 'The checkpoint is not of a HiFuse network.',
} as const;
