/** Engines, devices, and the process in which they run. */
export const engine = {
  'engine.unavailable': 'The engine or device is not available on this machine.',
  'engine.failed': 'The engine failed while running the network.',
  'worker.crashed': 'The inference process ended unexpectedly.',
  'worker.crashed/memory': 'The inference process took too much memory.',
  'worker.crashed/restarting': '{{cause}} It is being restarted.',
  'worker.crashed/restarted': 'The inference process was restarted; your images are still here.',
  'worker.crashed/gave-up': '{{cause}} It could not be restarted. Close the application and start it again.',
  'worker.crashed/repeated':
    '{{cause}} It was restarted and ended again at this image. Leave it out, or choose another device in the settings.',
  'worker.timeout': 'The inference process did not answer in time.',
  'worker.timeout/repeated':
    '{{cause}} It was restarted and hung again at this image. Leave it out, or choose another device in the settings.',
  'prediction.gone': 'This prediction is no longer kept. Show the image again.',
  'prediction.gone/model-changed': 'The model changed since it made this prediction. Show the image again.',
} as const;
