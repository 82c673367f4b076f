import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { releasedParameters, type StateDict, type Tensor } from '../../models/hifuse/state-dict.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { encodeSafetensors } from '../../models/package/safetensors.ts';
import { randomFrom } from '../../models/random.ts';
import type { Tensor as BackendTensor } from '@tensorflow/tfjs-core';
import type { Engine } from '../engines/engine.ts';
import { backendFor, type Backend } from '../engines/tfjs/backend.ts';
import type { Imaging } from '../handlers/imaging.ts';
import { withCheckpoint } from '../import/open-checkpoint.ts';
import { inspectCheckpoint, readState } from '../import/read-state.ts';
import { writeAtomically } from './atomic-file.ts';
import { trainingBatches } from './batches.ts';
import { rawTensors, readCheckpoint, writeCheckpoint, type Progress } from './checkpoint.ts';
import { curvesSvg } from './curves.ts';
import { initialWeights } from './initial-weights.ts';
import { crossEntropyWeights } from './loss.ts';
import { Optimizer, type OptimizerState } from './optimizer.ts';
import { classWeights, learningRate } from './recipe.ts';
import type { EpochRecord, TrainRequest, TrainResult } from './request.ts';
import { forwardAndBack } from './step.ts';
import { EventWriter } from './tensorboard.ts';
import { encodeTorchFile } from './torch-file.ts';
import { countCorrect, validate } from './validate.ts';

/** Adam's own constants, as in PyTorch. */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Files of a run's folder. */
export const RUN_FILES = {
  checkpoint: 'checkpoint.safetensors',
  best: 'best.safetensors',
  /** The same weights in the form of PyTorch. */
  torch: 'best.pth',
  record: 'history.json',
  curves: 'curves.svg',
} as const;

export interface TrainerOptions {
  imaging: Pick<Imaging, 'augmented' | 'input'>;
  signal: AbortSignal;
  onProgress(done: number, total: number, text: string): void;
}

export type Trained = Omit<TrainResult, 'directory'>;

/** The better epoch: by balanced accuracy on validation, of equals by the loss there. */
function better(a: EpochRecord, b: EpochRecord): boolean {
  const [x, y] = [a.valBalancedAccuracy, b.valBalancedAccuracy];
  return x > y || (x === y && a.valLoss < b.valLoss);
}

function bestOf(history: readonly EpochRecord[]): EpochRecord | null {
  return history.reduce<EpochRecord | null>((best, one) => (best && !better(one, best) ? best : one), null);
}

/** What must be the same for a run to go on. */
function fingerprint({ architecture, classes, preprocessing, recipe, train, val, init, freeze }: TrainRequest): string {
  const text = JSON.stringify([architecture, classes, preprocessing, recipe, train, val, init, freeze]);
  return createHash('sha256').update(text).digest('hex');
}

/** Weights to begin with. */
async function firstWeights({ architecture, classes, recipe, init }: TrainRequest): Promise<StateDict> {
  const drawn = initialWeights(architecture, classes.length, recipe.seed);
  if (init === null) return drawn;
  const given = await withCheckpoint(init, async (checkpoint) => readState(checkpoint, inspectCheckpoint(checkpoint)));
  const state = new Map<string, Tensor>();
  for (const [name, own] of drawn) {
    const other = given.get(name);
    const fits = other && other.shape.join() === own.shape.join();
    // Another number of classes needs another head; anything else must fit.
    if (other && !fits && !name.includes('head.')) {
      throw new HifuseError('model.shape-mismatch', {
        reason: 'start',
        tensor: name,
        file: basename(init),
        shape: other.shape.join(', '),
      });
    }
    state.set(name, fits ? other : own);
  }
  return state;
}

async function trainingBackend(device: TrainRequest['device']): Promise<Backend> {
  if (device !== 'auto') return backendFor(device);
  return backendFor('cuda').catch(() => backendFor('cpu'));
}

/** Images of nano that WebAssembly's memory (2 GB that are sure) holds with all that the way back needs: measured. */
const MOST_ON_WASM = 8;
const NANO_WIDTH = 32;

/** @throws HifuseError `request.invalid` where a batch would not fit the backend's memory and end the process */
export function requireMemory(backend: Backend['name'], { architecture, recipe }: TrainRequest): void {
  const most = Math.max(1, Math.floor((MOST_ON_WASM * NANO_WIDTH) / architecture.width));
  if (backend !== 'wasm' || recipe.batchSize <= most) return;
  throw new HifuseError('request.invalid', { reason: 'training-memory', most, batch: recipe.batchSize });
}

/** Validation on a graphics processor where training is on one; else ONNX Runtime, the fastest on a processor. */
async function validation({ gpu }: Backend): Promise<{ engine: Engine; device: 'cpu' | 'cuda' }> {
  return gpu
    ? { engine: (await import('../engines/tfjs/engine.ts')).tfjsEngine, device: 'cuda' }
    : { engine: (await import('../engines/onnx/engine.ts')).onnxEngine, device: 'cpu' };
}

function manifestOf(request: TrainRequest): Manifest {
  const { architecture, classes, preprocessing, description } = request;
  const { data, ...rest } = description;
  return {
    schema: 1,
    ...rest,
    architecture,
    classes,
    preprocessing,
    calibration: null,
    training: { data, metrics: {} },
    weights: { file: 'weights.safetensors', sha256: '0'.repeat(64), dtype: 'float32' },
  };
}

/**
 * Trains until the recipe ends, the validation does not get better any more, or the signal: whatever ends it, the last
 * checkpoint is there, and the same request with `resume` goes on exactly as if nothing had happened.
 *
 * @throws HifuseError `engine.unavailable`, `request.invalid`, `file.*`, `image.*`; the signal's reason
 */
export async function train(request: TrainRequest, options: TrainerOptions): Promise<Trained> {
  const backend = await trainingBackend(request.device);
  requireMemory(backend.name, request);
  await backend.tf.setBackend(backend.name);
  const run = `${request.out}.training`;
  await mkdir(run, { recursive: true });
  const stored = await readCheckpoint(join(run, RUN_FILES.checkpoint));
  if (stored && !request.resume && stored.progress.session !== request.session) {
    throw new HifuseError('request.invalid', { reason: 'training-exists', folder: run });
  }
  if (stored && stored.progress.fingerprint !== fingerprint(request)) {
    throw new HifuseError('request.invalid', { reason: 'training-differs', folder: run });
  }
  if (!stored) await rm(join(run, RUN_FILES.best), { force: true });
  const fresh: Progress = {
    epoch: 0,
    step: 0,
    sums: { loss: 0, correct: 0, images: 0, seconds: 0 },
    history: [],
    fingerprint: fingerprint(request),
    session: request.session,
  };
  const progress = stored ? { ...stored.progress, session: request.session } : fresh;
  const state: OptimizerState = stored?.optimizer ?? {
    step: 0,
    values: await firstWeights(request),
    averages: null,
    first: new Map(),
    second: new Map(),
  };
  const training = new Training(request, backend, progress, state, run, options);
  try {
    return await training.run();
  } finally {
    training.dispose();
  }
}

/** One run from where its progress says on. */
class Training {
  readonly #request: TrainRequest;
  readonly #backend: Backend;
  readonly #progress: Progress;
  readonly #values: StateDict;
  readonly #folder: string;
  readonly #options: TrainerOptions;
  readonly #optimizer: Optimizer;
  readonly #events: EventWriter;
  readonly #classWeights: number[] | null;
  readonly #stepsPerEpoch: number;
  #lastCheckpoint = performance.now();
  /** Of this process alone, for the time that is left. */
  #seconds = 0;
  #stepsDone = 0;

  constructor(
    request: TrainRequest,
    backend: Backend,
    progress: Progress,
    state: OptimizerState,
    folder: string,
    options: TrainerOptions,
  ) {
    const { architecture, classes, recipe, freeze, train: images } = request;
    this.#request = request;
    this.#backend = backend;
    this.#progress = progress;
    this.#values = state.values;
    this.#folder = folder;
    this.#options = options;
    this.#events = new EventWriter(folder);
    const { weightDecay, clipNorm, emaDecay } = recipe;
    const table = releasedParameters(architecture, classes.length);
    const isTrained = (name: string): boolean =>
      table.get(name)?.unused === null && !freeze.some((prefix) => name.startsWith(prefix));
    this.#optimizer = new Optimizer(backend.tf, state, { weightDecay, clipNorm, emaDecay, ...ADAM }, isTrained);
    const counts = classes.map((_, c) => images.filter(({ label }) => label === c).length);
    this.#classWeights = classWeights(recipe, counts);
    this.#stepsPerEpoch = Math.ceil(images.length / (recipe.batchSize * recipe.accumulation));
  }

  async run(): Promise<Trained> {
    const { recipe } = this.#request;
    const { history } = this.#progress;
    while (this.#progress.epoch < recipe.epochs && !this.#stale()) await this.#epoch();
    const best = bestOf(history);
    if (!best) throw new RangeError('A recipe has at least one epoch.');
    return { run: this.#folder, history, best, backend: this.#backend.name };
  }

  dispose(): void {
    this.#optimizer.dispose();
  }

  /** Whether validation did not get better for too long. */
  #stale(): boolean {
    const { patience } = this.#request.recipe;
    const { history, epoch } = this.#progress;
    const best = bestOf(history);
    return patience !== null && best !== null && epoch - best.epoch >= patience;
  }

  async #epoch(): Promise<void> {
    const { recipe, train: images, classes, preprocessing, checkpointSeconds } = this.#request;
    const { imaging, signal } = this.#options;
    const progress = this.#progress;
    const batches = trainingBatches(images, classes.length, recipe, preprocessing, imaging, {
      epoch: progress.epoch,
      first: progress.step * recipe.accumulation,
      signal,
    });
    try {
      while (progress.step < this.#stepsPerEpoch) {
        signal.throwIfAborted();
        const started = performance.now();
        await this.#step(batches);
        const seconds = (performance.now() - started) / 1000;
        progress.step += 1;
        progress.sums.seconds += seconds;
        this.#seconds += seconds;
        this.#stepsDone += 1;
        this.#tell();
        if ((performance.now() - this.#lastCheckpoint) / 1000 > checkpointSeconds) await this.#checkpoint();
        // Lets the process answer: cancellation, signs of life.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      await batches.return();
    }
    await this.#endEpoch();
  }

  async #step(
    batches: AsyncGenerator<{ images: Float32Array; targets: Float32Array; labels: number[]; seed: number }, void>,
  ): Promise<void> {
    const { tf } = this.#backend;
    const { architecture, classes, recipe } = this.#request;
    const { sums, epoch, step } = this.#progress;
    const gradients = new Map<Tensor, BackendTensor>();
    const statistics = new Map<Tensor, BackendTensor>();
    for (let pass = 0; pass < recipe.accumulation; pass++) {
      const next = await batches.next();
      if (next.done) break;
      const { images, targets, labels, seed } = next.value;
      const weights = crossEntropyWeights(
        { data: targets, classes: classes.length },
        { classWeights: this.#classWeights, labelSmoothing: recipe.labelSmoothing },
      );
      const shared = weights.map((weight) => weight / recipe.accumulation);
      const result = forwardAndBack(this.#backend, architecture, this.#values, this.#optimizer, {
        images,
        weights: shared,
        dropPath: recipe.dropPath,
        random: randomFrom(seed),
      });
      const loss = result.loss * recipe.accumulation;
      if (!Number.isFinite(loss)) {
        throw new HifuseError('engine.failed', { reason: 'diverged' });
      }
      for (const [parameter, gradient] of result.gradients) {
        const before = gradients.get(parameter);
        gradients.set(parameter, before ? tf.add(before, gradient) : gradient);
        if (before) tf.dispose([before, gradient]);
      }
      for (const [parameter, statistic] of result.statistics) {
        statistics.get(parameter)?.dispose();
        statistics.set(parameter, statistic);
      }
      sums.loss += loss * labels.length;
      sums.correct += countCorrect(result.logits, labels);
      sums.images += labels.length;
    }
    const rate = learningRate(recipe, epoch * this.#stepsPerEpoch + step, this.#stepsPerEpoch);
    await this.#optimizer.step(gradients, statistics, rate);
  }

  async #endEpoch(): Promise<void> {
    const { recipe, val } = this.#request;
    const progress = this.#progress;
    const { sums, history } = progress;
    this.#options.onProgress(progress.epoch + 1, recipe.epochs, `Epoch ${progress.epoch + 1}: validating`);
    const weights = await this.#optimizer.weights();
    const manifest = manifestOf(this.#request);
    const { imaging, signal } = this.#options;
    const metrics = await validate(await validation(this.#backend), manifest, weights, val, imaging, signal);
    void this.#backend.tf.setBackend(this.#backend.name);
    const step = (progress.epoch + 1) * this.#stepsPerEpoch;
    const record: EpochRecord = {
      epoch: progress.epoch + 1,
      step,
      learningRate: learningRate(recipe, step - 1, this.#stepsPerEpoch),
      trainLoss: sums.loss / sums.images,
      trainAccuracy: sums.correct / sums.images,
      valLoss: metrics.logLoss,
      valAccuracy: metrics.accuracy,
      valBalancedAccuracy: metrics.balancedAccuracy,
      valMacroF1: metrics.macroF1,
      seconds: sums.seconds,
    };
    const best = bestOf(history);
    if (!best || better(record, best)) {
      const { architecture, classes } = this.#request;
      await writeAtomically(join(this.#folder, RUN_FILES.best), encodeSafetensors(new Map(rawTensors(weights))));
      const torch = encodeTorchFile(weights, architecture, classes.length);
      await writeAtomically(join(this.#folder, RUN_FILES.torch), torch);
    }
    history.push(record);
    progress.epoch += 1;
    progress.step = 0;
    progress.sums = { loss: 0, correct: 0, images: 0, seconds: 0 };
    await this.#checkpoint();
    const { epoch, step: at, seconds, ...scalars } = record;
    await this.#events.write(at, scalars);
    const { description, recipe: used } = this.#request;
    const log = { description, backend: this.#backend.name, recipe: used, history };
    await writeAtomically(join(this.#folder, RUN_FILES.record), `${JSON.stringify(log, null, 2)}\n`);
    await writeAtomically(join(this.#folder, RUN_FILES.curves), curvesSvg(history));
    this.#options.onProgress(
      epoch,
      recipe.epochs,
      `Epoch ${epoch} of ${recipe.epochs}: loss ${record.trainLoss.toFixed(3)}, accuracy ${record.trainAccuracy.toFixed(3)}; ` +
        `validation loss ${record.valLoss.toFixed(3)}, accuracy ${record.valAccuracy.toFixed(3)}, ` +
        `balanced ${record.valBalancedAccuracy.toFixed(3)}; ${Math.round(seconds)} s`,
    );
  }

  async #checkpoint(): Promise<void> {
    const optimizer = await this.#optimizer.state();
    await writeCheckpoint(join(this.#folder, RUN_FILES.checkpoint), { progress: this.#progress, optimizer });
    this.#lastCheckpoint = performance.now();
  }

  #tell(): void {
    const { recipe } = this.#request;
    const { epoch, step, sums } = this.#progress;
    const total = recipe.epochs * this.#stepsPerEpoch;
    const done = epoch * this.#stepsPerEpoch + step;
    const left = ((total - done) * this.#seconds) / this.#stepsDone;
    const rate = learningRate(recipe, done - 1, this.#stepsPerEpoch);
    this.#options.onProgress(
      done,
      total,
      `epoch ${epoch + 1}/${recipe.epochs} · step ${step}/${this.#stepsPerEpoch} · loss ${(sums.loss / sums.images).toFixed(3)} · ` +
        `accuracy ${(sums.correct / sums.images).toFixed(3)} · rate ${rate.toExponential(1)} · ` +
        `${(sums.images / sums.seconds).toFixed(1)} images/s · ${Math.ceil(left / 60)} min left`,
    );
  }
}
