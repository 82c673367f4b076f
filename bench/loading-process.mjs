/**
 * Loads or imports a network in a process of its own, and says in JSON what memory that took:
 *   node loading-process.mjs load FOLDER        a model package, and two images through it
 *   node loading-process.mjs import FILE FOLDER a checkpoint
 * {weights, engine, peak, steady}: bytes of the weights in float32, of what the engine holds, and of the process at its
 * highest and afterwards.
 */
import { readFileSync } from 'node:fs';
import { fillFormula } from '../dist/models/hifuse/formula.js';
import { releasedParameters } from '../dist/models/hifuse/state-dict.js';

const [task, source, out] = process.argv.slice(2);
const image = { data: fillFormula('input', [1, 3, 224, 224]), size: 1 };

/** Linux alone tells the peak of a process by itself. */
const memoryOf = (field) => {
  const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'));
  return 1024 * Number(kilobytes);
};
const result = (weights, engine) => ({ weights, engine, peak: memoryOf('VmHWM'), steady: memoryOf('VmRSS') });

async function load() {
  const { loadPackage } = await import('../dist/worker/import/load-package.js');
  const { onnxEngine } = await import('../dist/worker/engines/onnx/engine.js');
  const { session, weights, filters } = await open();
  for (let run = 0; run < 2; run++) await session.run(image);
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { filters, ...result(weights, session.weightBytes) };

  async function open() {
    const model = await loadPackage(source);
    return { ...sizes(model), session: await onnxEngine.load(model, 'cpu') };
  }
}

/** Bytes in float32 of the weights that the network uses, and of those that are dense 3x3 filters. */
function sizes({ manifest: { architecture, classes }, state }) {
  let [weights, filters] = [0, 0];
  for (const [name, { shape }] of releasedParameters(architecture, classes.length)) {
    const bytes = state.has(name) ? 4 * shape.reduce((product, size) => product * size, 1) : 0;
    weights += bytes;
    if (name.endsWith('residual.conv1.conv.weight') && shape[1] > 1) filters += bytes;
  }
  return { weights, filters };
}

async function importIt() {
  const { importCheckpoint, summarizeCheckpoint } = await import('../dist/worker/import/import-checkpoint.js');
  const { parameters, classCount } = await summarizeCheckpoint(source);
  const classes = Array.from({ length: classCount }, (_, i) => ({ name: `c${i}`, displayName: `C${i}` }));
  const mean = [0.5, 0.5, 0.5];
  const preprocessing = { geometry: 'stretch-224', mean, std: mean, exifOrientation: false, dicomWindow: 'file' };
  const intended = { modalities: [], bodyParts: [], views: [], ageYears: null };
  const described = { id: 'bench', name: 'Bench', version: '1', license: 'MIT', classes, preprocessing, intended };
  const training = { data: '', metrics: {} };
  await importCheckpoint({ ...described, training, doubleSigmoid: false, modelCard: '', checkpoint: source, out });
  return result(4 * parameters, 0);
}

console.log(JSON.stringify(await (task === 'import' ? importIt() : load())));
