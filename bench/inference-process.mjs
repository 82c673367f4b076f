/**
 * A network on one engine in a process of its own, so that its peak memory is its own. One JSON object a line:
 * {"load": {engine, device, precision, variant, irmlp, classCount}} loads it and answers with {device, milliseconds};
 * {"batch": n, "runs": k} answers with the milliseconds of each run; {"product": true} with the machine's GFLOP/s in
 * a matrix product; {} with the peak memory.
 */
import { createInterface } from 'node:readline';
import { fillFormula, formulaStateDict } from '../dist/models/hifuse/formula.js';
import { architectureOf } from '../dist/models/hifuse/variants.js';

let session = null;

const handlers = {
  async load({ engine, device, precision, variant, irmlp, classCount }) {
    const architecture = architectureOf(variant, irmlp);
    const model = { manifest: { architecture }, state: formulaStateDict(architecture, classCount) };
    if (precision === 'int8') model.manifest.quantization = await rangesAsSeen(model);
    const start = performance.now();
    session = await (await engineOf(engine)).load(model, device);
    return { device: session.device, precision: session.precision, milliseconds: performance.now() - start };
  },
  async batch({ batch, runs }) {
    const images = { data: fillFormula('input', [batch, 3, 224, 224]), size: batch };
    const times = [];
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await session.run(images);
      times.push(performance.now() - start);
    }
    return times;
  },
  async product() {
    const { productRate } = await import('./product-rate.mjs');
    return productRate();
  },
  memory: () => process.resourceUsage().maxRSS * 1024,
};

/** As quantised with the formula's images: speed does not depend on the ranges. */
async function rangesAsSeen(model) {
  const { observeInputs } = await import('../dist/worker/engines/onnx/calibrate.js');
  const histograms = await observeInputs(model, [fillFormula('input', [3, 224, 224])]);
  const activations = [...histograms].map(([layer, histogram]) => {
    const [minimum, maximum] = histogram.range();
    return { layer, minimum, maximum };
  });
  return { activations };
}

async function engineOf(name) {
  if (name === 'onnx') return (await import('../dist/worker/engines/onnx/engine.js')).onnxEngine;
  return (await import('../dist/worker/engines/tfjs/engine.js')).tfjsEngine;
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const kind = Object.keys(request)[0] ?? 'memory';
  const answer = await handlers[kind](kind === 'batch' ? request : request[kind]);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
