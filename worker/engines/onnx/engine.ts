import { InferenceSession, Tensor } from 'onnxruntime-node';
import { HifuseError } from '../../../models/errors.ts';
import { STAGES } from '../../../models/hifuse/state-dict.ts';
import { INPUT_SIZE } from '../../../models/hifuse/variants.ts';
import type { Batch, Device, Engine, LoadedModel, Logits, Output, Precision, Session, Taps } from '../engine.ts';
import { compile, INPUT, LOGITS, type Taps as TapsOf } from './compile.ts';
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
    return new OnnxSession(model, device, await createSession(model, device, () => ({})));
  },
};

class OnnxSession implements Session {
  readonly engine = 'onnx';
  readonly precision: Precision;
  readonly device: Device;
  readonly preferredBatch: number;
  readonly #model: LoadedModel;
  readonly #classifier: InferenceSession;
  /** The graph with taps; made when first asked for. */
  #explainer: Promise<InferenceSession> | null = null;

  constructor(model: LoadedModel, device: Device, classifier: InferenceSession) {
    this.device = device;
    this.precision = styleFor(model, device).precision;
    this.preferredBatch = PROVIDERS[device].preferredBatch;
    this.#model = model;
    this.#classifier = classifier;
  }

  async run(batch: Batch): Promise<Logits> {
    const results = await runSession(this.#classifier, batch);
    return { logits: output(results, LOGITS) };
  }

  async explain(batch: Batch): Promise<Logits & Taps> {
    this.#explainer ??= createSession(this.#model, this.device, explanation);
    const results = await runSession(await this.#explainer, batch);
    const perStage = (name: string) => STAGES.map((stage) => output(results, name + stage));
    return {
      logits: output(results, LOGITS),
      fused4: output(results, 'fused4'),
      spatialAttention: perStage('spatialAttention'),
      channelAttention: perStage('channelAttention'),
    };
  }

  async dispose(): Promise<void> {
    await this.#classifier.release();
    await (await this.#explainer?.catch(() => null))?.release();
    this.#explainer = null;
  }
}

async function createSession(model: LoadedModel, device: Device, taps: TapsOf): Promise<InferenceSession> {
  const bytes = compile(model, styleFor(model, device).style, taps);
  try {
    return await InferenceSession.create(bytes, { ...providerOptions(device), logSeverityLevel: 3 });
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
