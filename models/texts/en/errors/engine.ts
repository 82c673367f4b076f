/** Engines, devices, and the process in which they run. */
export const engine = {
  'engine.unavailable': 'The engine or device is not available on this machine.',
  'engine.failed': 'The engine failed while running the network.',
  'worker.crashed': 'The inference process ended unexpectedly.',
  'worker.timeout': 'The inference process did not answer in time and was restarted.',
} as const;
