/** This machine's rate in a float32 matrix product with constant weights, by ONNX Runtime: what a network is held against. */
import { InferenceSession, Tensor } from '../dist/worker/engines/onnx/runtime.js';
import { Graph } from '../dist/worker/engines/onnx/graph.js';

/** Large enough to keep both cores busy, small enough for their caches: the best rate seen on products of many shapes. */
const [ROWS, INNER, COLUMNS] = [1024, 1024, 1024];
const RUNS = 100;

/** GFLOP/s, the best of some runs. */
export async function productRate() {
  const graph = new Graph();
  const left = graph.input('left', [ROWS, INNER]);
  const right = graph.tensor('right', { shape: [INNER, COLUMNS], data: new Float32Array(INNER * COLUMNS).fill(0.5) });
  graph.output('product', graph.node('MatMul', [left, right]), [ROWS, COLUMNS]);
  const session = await InferenceSession.create(graph.encode());
  const feeds = { left: new Tensor('float32', new Float32Array(ROWS * INNER).fill(0.5), [ROWS, INNER]) };
  let best = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - start);
  }
  await session.release();
  return (2 * ROWS * INNER * COLUMNS) / best / 1e6;
}
