/** Engines, devices, and the process in which they run. */
export const engine = {
  'engine.unavailable': 'The engine or device is not available on this machine.',
  'engine.failed': 'The engine failed while running the network.',
  'engine.failed/diverged':
    'The loss is no finite number any more. Train with a lower learning rate (--lr) or with gradient clipping (--clip).',
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
  'engine.unavailable/cannot-run': 'The model cannot run {{where}}. {{diagnosis}}',
  'engine.unavailable/nothing-runs': 'Nothing runs {{where}}. Choose one of: auto, {{devices}}.',
  'engine.unavailable/libraries':
    "CUDA's libraries could not be loaded: it needs an NVIDIA driver, CUDA 12 and cuDNN 9.",
  'engine.unavailable/onnx': 'ONNX Runtime cannot use the device {{device}}: {{message}}',
  'engine.unavailable/wasm': "TensorFlow.js's WebAssembly backend could not be started.",
  'engine.unavailable/tensorflow':
    "TensorFlow's library could not be loaded ({{message}}). Run `npm run setup:cuda` to install it again, or choose another device.",
  'engine.unavailable/tfjs-device':
    'TensorFlow.js does not run on the device {{device}} here. Choose cuda or cpu, or the engine onnx.',
  'engine.unavailable/not-installed':
    "TensorFlow's library is not installed. Run `npm run setup:cuda`, or choose another device.",
  'engine.unavailable/no-cuda':
    'TensorFlow found no CUDA device and would silently run on the processor. It needs an NVIDIA graphics processor with CUDA 11.2 and cuDNN 8.1; otherwise choose the device cpu.',
  'engine.failed/closed': 'The network was closed and cannot run any more.',
  'engine.failed/onnx': 'ONNX Runtime failed while running the network: {{message}}',
  'engine.failed/tfjs': 'TensorFlow.js failed on the device {{device}}: {{message}}',
  'engine.failed/not-finite': 'The network computes values that are not finite numbers.',
  'engine.failed/no-numbers': 'The network gave no numbers on {{device}}. Try another device.',
  'engine.failed/damaged-weights': 'The network gave no numbers: its weights may be damaged.',
  'engine.failed/self-test':
    '{{engine}} on {{device}} gave {{found}} logits in the self-test, and {{expected}} are expected.',
  'engine.unavailable/no-webgpu':
    'No graphics driver that WebGPU can use was found. Install one (on Linux, a Vulkan driver and its loader).',
  'engine.unavailable/no-build': 'ONNX Runtime has no build for it on this system.',
  'engine.failed/cannot-run': 'The model cannot run {{where}}. {{diagnosis}}',
} as const;
