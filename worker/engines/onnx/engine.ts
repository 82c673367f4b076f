import { Tensor, type InferenceSession } from './runtime.ts';
import { HifuseError } from '../../../models/errors.ts';
import { STAGES } from '../../../models/hifuse/state-dict.ts';
import { INPUT_SIZE } from '../../../models/hifuse/variants.ts';
import type { Batch, Device, Engine, LoadedModel, Logits, Output, Precision, Session, Taps } from '../engine.ts';
import { compile, INPUT, LOGITS, type Taps as TapsOf } from './compile.ts';
import { openGraph } from './open-graph.ts';
import { PROVIDERS, providerOptions, unavailable } from './providers.ts';
import { styleFor } from './styles.ts';

/** What explanations need, in the order of the stages. */
const explanation: TapsOf = ({ fused4, spatialAttention, channelAttention }) => ({
  fused4,
  ...Object.fromEntries(spatialAttention.map((map, stage) => [`spatialAttention${stage}`, map])),
  ...Object.fromEntries(channelAttention.map((map, stage) => [`channelAttention${stage}`, map])),
});

/** Runs HiFuse with ONNX Runtime. Loading rejects with `engine.unavailable` where the device is missing. */
export const onnxEngine: Engine = {
  name: 'onnx',
  async load(model, device) {
    return new OnnxSession(model, device, await createSession(model, device));
  },
};

/**
 * One graph at a time: that which only classifies, until an explanation is asked for; from then on the one with taps.
 * Weights are hundreds of megabytes and the taps were measured to cost nothing (all but fused4 are a few numbers), so
 * going back or keeping both would not pay.
 */
class OnnxSession implements Session {
  readonly engine = 'onnx';
  readonly precision: Precision;
  readonly device: Device;
  readonly preferredBatch: number;
  readonly #model: LoadedModel;
  #session: InferenceSession | null;
  #tapped = false;
  #disposed = false;
  /** Runs and the change of graphs follow one another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(model: LoadedModel, device: Device, session: InferenceSession) {
    this.device = device;
    this.precision = styleFor(model, device).precision;
    this.preferredBatch = PROVIDERS[device].preferredBatch;
    this.#model = model;
    this.#session = session;
  }

  run(batch: Batch): Promise<Logits> {
    return this.#inTurn(async () => {
      const results = await runSession(await this.#ready(this.#tapped), batch);
      return { logits: output(results, LOGITS) };
    });
  }

  explain(batch: Batch): Promise<Logits & Taps> {
    return this.#inTurn(async () => {
      const results = await runSession(await this.#ready(true), batch);
      const perStage = (name: string) => STAGES.map((stage) => output(results, name + stage));
      return {
        logits: output(results, LOGITS),
        fused4: output(results, 'fused4'),
        spatialAttention: perStage('spatialAttention'),
        channelAttention: perStage('channelAttention'),
      };
    });
  }

  dispose(): Promise<void> {
    this.#disposed = true;
    return this.#inTurn(() => this.#release());
  }

  /** The session, with taps where they are needed. The old one goes first, so that two are never in memory. */
  async #ready(tapped: boolean): Promise<InferenceSession> {
    if (this.#disposed) throw new HifuseError('engine.failed', 'The network was closed and cannot run any more.');
    if (this.#session && this.#tapped === tapped) return this.#session;
    await this.#release();
    this.#session = await createSession(this.#model, this.device, tapped ? explanation : undefined);
    this.#tapped = tapped;
    return this.#session;
  }

  async #release(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.release();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

async function createSession(model: LoadedModel, device: Device, taps?: TapsOf): Promise<InferenceSession> {
  const graph = compile(model, styleFor(model, device).style, taps);
  try {
    return await openGraph(graph, providerOptions(device));
  } catch (error) {
    throw unavailable(device, error);
  }
}

async function runSession(
  session: InferenceSession,
  { data, size }: Batch,
): Promise<InferenceSession.OnnxValueMapType> {
  const input = new Tensor('float32', data, [size, 3, INPUT_SIZE, INPUT_SIZE]);
  try {
    return await session.run({ [INPUT]: input });
  } catch (error) {
    throw new HifuseError('engine.failed', `ONNX Runtime failed while running the network: ${messageOf(error)}`);
  }
}

function output(results: InferenceSession.OnnxValueMapType, name: string): Output {
  const value = results[name] as Tensor;
  return { data: value.data as Float32Array, shape: value.dims };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
