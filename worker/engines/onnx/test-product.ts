import { InferenceSession, Tensor } from './runtime.ts';
import type { Device } from '../../../models/devices.ts';
import { Graph } from './graph.ts';
import { providerOptions, unavailable } from './providers.ts';

/** A product of two 512 x 512 matrices: 0.27 GFLOP, enough for a graphics processor to be told from software. */
const SIDE = 512;
const RUNS = 3;
const ENOUGH_MILLISECONDS = 500;

/**
 * Multiplies two matrices on a device, and gives the shortest time in milliseconds. Rejects where ONNX Runtime cannot
 * use the device: a far cheaper way to find out than loading a network.
 */
export async function testProduct(device: Device): Promise<number> {
  const graph = new Graph();
  const shape = [SIDE, SIDE];
  const left = graph.input('left', shape);
  const right = graph.input('right', shape);
  graph.output('product', graph.node('MatMul', [left, right]), shape);
  const session = await InferenceSession.create(graph.encode(), {
    ...providerOptions(device),
    logSeverityLevel: 3,
  }).catch((error: unknown) => {
    throw unavailable(device, error);
  });
  try {
    const ones = new Tensor('float32', new Float32Array(SIDE * SIDE).fill(1), shape);
    const feeds = { left: ones, right: ones };
    await session.run(feeds); // compiles the kernel
    let best = Infinity;
    for (let run = 0, spent = 0; run < RUNS && spent < ENOUGH_MILLISECONDS; run++) {
      const start = performance.now();
      await session.run(feeds);
      const milliseconds = performance.now() - start;
      spent += milliseconds;
      best = Math.min(best, milliseconds);
    }
    return best;
  } finally {
    await session.release();
  }
}
