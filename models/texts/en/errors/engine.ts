/** A model that cannot run anywhere: what is wrong with each device, one after the other, is filled in. */
export const ON_NO_DEVICE = 'The model cannot run on any device. {{cause}}';
export const ON_CHOSEN_DEVICE =
  'The model cannot run on the device that was chosen. {{cause}} Choose the device auto or cpu to go on without it.';

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
  'engine.unavailable/on-no-device': ON_NO_DEVICE,
  'engine.unavailable/on-chosen-device': ON_CHOSEN_DEVICE,
  'engine.unavailable/nothing-runs':
    'The engine {{engine}} does not run on the device {{device}}. Choose one of: auto, {{devices}}.',
  'engine.unavailable/on-tfjs-cuda': 'NVIDIA graphics processor (TensorFlow): {{cause}}',
  'engine.unavailable/on-onnx-dml': 'Graphics processor (DirectML): {{cause}}',
  'engine.unavailable/on-onnx-coreml': 'Graphics processor (Core ML): {{cause}}',
  'engine.unavailable/on-onnx-cuda': 'NVIDIA graphics processor (ONNX Runtime): {{cause}}',
  'engine.unavailable/on-onnx-webgpu': 'Graphics processor (WebGPU): {{cause}}',
  'engine.unavailable/on-onnx-cpu': 'Processor (ONNX Runtime): {{cause}}',
  'engine.unavailable/on-tfjs-cpu': 'Processor (TensorFlow.js): {{cause}}',
  'engine.unavailable/no-windows': 'DirectML exists on Windows only.',
  'engine.unavailable/no-macos': 'Core ML exists on macOS only.',
  'engine.unavailable/no-linux': 'CUDA is supported on Linux only.',
  'engine.unavailable/no-graphics': 'This machine has no graphics processor.',
  'engine.unavailable/no-nvidia':
    'This machine has no NVIDIA graphics processor, or its driver is not loaded. Install the NVIDIA driver if there is such a processor.',
  'engine.unavailable/no-tensorflow': "TensorFlow's library is not installed. Run `npm run setup:cuda`.",
  'engine.unavailable/no-onnx-cuda':
    "ONNX Runtime's CUDA library is not installed. Run `node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12`.",
  'engine.unavailable/not-loaded': 'It could not be loaded: {{cause}}',
  'engine.unavailable/software':
    'It multiplied two matrices in {{milliseconds, number}} ms; a graphics processor needs less than {{most, number}} ms. This driver computes in software, slower than the processor does.',
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
  'engine.failed/on-no-device': ON_NO_DEVICE,
  'engine.failed/on-chosen-device': ON_CHOSEN_DEVICE,
  'engine.failed/in-self-test': 'The self-test could not be run: {{cause}}',
} as const;
