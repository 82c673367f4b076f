/** Names of things that several surfaces speak of. */
export const terms = {
  'device/auto': 'Automatic',
  'device/cpu': 'CPU',
  'device/webgpu': 'GPU (WebGPU)',
  'device/cuda': 'GPU (CUDA)',
  'device/dml': 'GPU (DirectML)',
  'device/coreml': 'Core ML',
  'engine/auto': 'Automatic',
  'engine/onnx': 'ONNX Runtime',
  'engine/tfjs': 'TensorFlow.js',
  'geometry/stretch-224': 'whole image, stretched to 224 × 224',
  'geometry/shortest-edge-256-center-crop-224': 'centre square, 224 × 224 (shortest edge to 256, then cropped)',
} as const;
