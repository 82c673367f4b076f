import { InferenceSession } from './runtime.ts';
import { expect, test } from 'vitest';
import { Graph } from './graph.ts';
import { providerOptions, unavailable } from './providers.ts';
import { testProduct } from './test-product.ts';

/** What ONNX Runtime 1.30 says. */
test.each([
  [
    'webgpu',
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
    'No graphics driver that WebGPU can use was found. Install one (on Linux, a Vulkan driver and its loader).',
  ],
  [
    'dml',
    'no available backend found. ERR: [dml] backend not found.',
    'ONNX Runtime has no build for it on this system.',
  ],
  [
    'cuda',
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    "CUDA's libraries could not be loaded: it needs an NVIDIA driver, CUDA 12 and cuDNN 9.",
  ],
  [
    'webgpu',
    '/src/a.cc:1 f(int) ok() was false. The device was lost',
    'ONNX Runtime cannot use the device webgpu: The device was lost',
  ],
] as const)('%s: a failure in words', (device, says, means) => {
  expect(unavailable(device, new Error(says))).toMatchObject({ code: 'engine.unavailable', message: means });
});

test('ONNX Runtime takes the options of the processor, and refuses a device that no system has with this one', async () => {
  const graph = new Graph();
  graph.output('y', graph.node('Relu', [graph.input('x', [1])]), [1]);
  const session = await InferenceSession.create(graph.encode(), providerOptions('cpu'));
  await session.release();

  const elsewhere = process.platform === 'win32' ? 'coreml' : 'dml';
  await expect(testProduct(elsewhere)).rejects.toMatchObject({ code: 'engine.unavailable' });
});

test('the test product of a processor takes milliseconds', async () => {
  const milliseconds = await testProduct('cpu');
  expect(milliseconds).toBeGreaterThan(0);
  expect(milliseconds).toBeLessThan(1000);
});
