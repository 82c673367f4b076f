import { Tensor as OrtTensor } from './runtime.ts';
import { expect, test } from 'vitest';
import { fillFormula } from '../../../models/hifuse/formula.ts';
import { Graph } from './graph.ts';
import { CPU_STYLE, OnnxOps, PLAIN_STYLE, type Style } from './onnx-ops.ts';
import { openGraph } from './open-graph.ts';
import { quantizedProducts } from './products.ts';

const [INPUTS, OUTPUTS] = [20, 12];
const weight = { shape: [OUTPUTS, INPUTS, 3, 3], data: fillFormula('weight', [OUTPUTS, INPUTS, 3, 3]) };
const bias = { shape: [OUTPUTS], data: fillFormula('bias', [OUTPUTS]) };

/** A dense 3x3 convolution of two maps of this size, in a style. */
async function convolve(side: number, style: Style): Promise<Float32Array> {
  const graph = new Graph();
  const ops = new OnnxOps(graph, style);
  const size = { rows: side, columns: side, channels: INPUTS };
  const x = ops.fromChannelsFirst(graph.input('x', ['N', INPUTS, side, side]), size);
  const layer = { name: 'conv', weight, bias, batchNorm: null };
  const y = ops.conv(x, layer, { stride: 1, padding: 1, depthwise: false });
  graph.output('y', ops.toChannelsFirst(y), ['N', OUTPUTS, side, side]);
  const session = await openGraph(graph);
  const shape = [2, INPUTS, side, side];
  const results = await session.run({ x: new OrtTensor('float32', fillFormula('input', shape), shape) });
  await session.release();
  return results['y']!.data as Float32Array;
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** Tiles of 4 that fit, tiles of 2 that fit, and tiles of 2 that reach beyond the map. */
test.each([16, 14, 7, 5])(
  'Winograd and gathered int8 convolutions of a %i x %i map equal the direct one',
  async (side) => {
    const direct = await convolve(side, PLAIN_STYLE);
    expect(direct).toHaveLength(2 * OUTPUTS * side * side);
    expect(largestDifference(await convolve(side, CPU_STYLE), direct)).toBeLessThan(1e-5);

    const products = quantizedProducts(new Map([['conv', [-1, 1] as const]]));
    const difference = largestDifference(await convolve(side, { ...CPU_STYLE, products }), direct);
    expect(difference).toBeGreaterThan(1e-5); // it is in int8 indeed
    expect(difference).toBeLessThan(0.03);
  },
);
