/** Engines, devices, and the process in which they run. */
export const engine = {
  'engine.unavailable': 'The engine or device is not available on this machine.',
  'engine.failed': 'The engine failed while running the network.',
  'worker.crashed': 'The inference process ended unexpectedly.',
  'worker.timeout': 'The inference process did not answer in time and was restarted.',
  'prediction.gone': 'This prediction is no longer kept. Show the image again.',
  'prediction.gone/model-changed': 'The model changed since it made this prediction. Show the image again.',
} as const;
