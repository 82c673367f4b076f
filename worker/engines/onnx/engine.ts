import { Tensor, type InferenceSession } from './runtime.ts';
import type { Device } from '../../../models/devices.ts';
import { foreignText, HifuseError } from '../../../models/errors.ts';
import { STAGES } from '../../../models/hifuse/state-dict.ts';
import { INPUT_SIZE } from '../../../models/hifuse/variants.ts';
import {
  TAPS,
  type Answer,
  type Batch,
  type Engine,
  type Output,
  type Precision,
  type Session,
  type Tap,
} from '../engine.ts';
import { collectGarbage } from '../garbage.ts';
import { compile, INPUT, LOGITS, type MoreOutputs } from './compile.ts';
import { openGraph } from './open-graph.ts';
import { PROVIDERS, providerOptions, unavailable } from './providers.ts';
import { styleFor } from './styles.ts';

/** A tap's outputs: one, or one per stage. */
const names = (tap: Tap): string[] => (isPerStage(tap) ? STAGES.map((stage) => `${tap}${stage}`) : [tap]);
const isPerStage = (tap: Tap): boolean => tap === 'spatialAttention' || tap === 'channelAttention';

/** All taps are outputs of every graph, and read where they are asked for. */
const everyTap: MoreOutputs = (outputs) =>
  Object.fromEntries(
    TAPS.flatMap((tap) => {
      const maps = [outputs[tap]].flat();
      return names(tap).map((name, i) => [name, maps[i]!]);
    }),
  );

/** [N, C, 1, 1] -> [N, C]. */
const vectors = ({ data, shape }: Output): Output => ({ data, shape: shape.slice(0, 2) });

/** Runs HiFuse with ONNX Runtime. Loading rejects with `engine.unavailable` where the device is missing. */
export const onnxEngine: Engine = {
  name: 'onnx',
  async load(model, device) {
    const { style, precision } = styleFor(model, device);
    try {
      const graph = compile(model, style, everyTap);
      const weightBytes = graph.constantBytes;
      collectGarbage(); // The weights as released: ONNX Runtime now copies what was made of them.
      return new OnnxSession(device, precision, weightBytes, await openGraph(graph, providerOptions(device)));
    } catch (error) {
      throw error instanceof HifuseError ? error : unavailable(device, error);
    }
  },
};

class OnnxSession implements Session {
  readonly engine = 'onnx';
  readonly precision: Precision;
  readonly device: Device;
  readonly preferredBatch: number;
  readonly weightBytes: number;
  #session: InferenceSession | null;
  /** Runs follow one another, and the end follows them. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(device: Device, precision: Precision, weightBytes: number, session: InferenceSession) {
    this.weightBytes = weightBytes;
    this.device = device;
    this.precision = precision;
    this.preferredBatch = PROVIDERS[device].preferredBatch;
    this.#session = session;
  }

  run(batch: Batch, wanted: readonly Tap[] = []): Promise<Answer> {
    return this.#inTurn(async () => {
      if (!this.#session) throw new HifuseError('engine.failed', { reason: 'closed' });
      const results = await runSession(this.#session, batch, [LOGITS, ...wanted.flatMap(names)]);
      const answer: Answer = { logits: output(results, LOGITS) };
      for (const tap of wanted) {
        const outputs = names(tap).map((name) => output(results, name));
        Object.assign(answer, { [tap]: isPerStage(tap) ? outputs : outputs[0]! });
      }
      if (answer.pooled) answer.pooled = vectors(answer.pooled);
      return answer;
    });
  }

  dispose(): Promise<void> {
    return this.#inTurn(async () => {
      const session = this.#session;
      this.#session = null;
      await session?.release();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

async function runSession(
  session: InferenceSession,
  { data, size }: Batch,
  outputs: readonly string[],
): Promise<InferenceSession.OnnxValueMapType> {
  const input = new Tensor('float32', data, [size, 3, INPUT_SIZE, INPUT_SIZE]);
  try {
    return await session.run({ [INPUT]: input }, outputs);
  } catch (error) {
    throw new HifuseError('engine.failed', { reason: 'onnx', message: foreignText(error) });
  }
}

function output(results: InferenceSession.OnnxValueMapType, name: string): Output {
  const value = results[name] as Tensor;
  return { data: value.data as Float32Array, shape: value.dims };
}
