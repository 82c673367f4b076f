import { foreignText, HifuseError } from '../../../models/errors.ts';
import { hifuse, type HiFuseOutputs } from '../../../models/hifuse/network.ts';
import { INPUT_SIZE } from '../../../models/hifuse/variants.ts';
import type { Device } from '../../../models/devices.ts';
import type { Answer, Batch, Engine, LoadedModel, Output, Session, Tap } from '../engine.ts';
import { backendFor, type Backend } from './backend.ts';
import { TensorFlowOps } from './ops.ts';
import { Program, type Value } from './program.ts';

/**
 * A GPU is filled by many images. TensorFlow on the processor spends a fixed time on each operation: eight images take
 * 25 to 55% less time each than one by itself. WebAssembly has one thread, which one image keeps busy.
 */
const PREFERRED_BATCH = { cuda: 16, tensorflow: 8, wasm: 1 } as const;

/** HiFuse written down for a backend, with its weights uploaded to it. */
export interface Compiled {
  program: Program;
  outputs: HiFuseOutputs<Value>;
}

/** Uploads the weights to the backend, which must be the one in use. */
export function compile({ tf }: Backend, { manifest, state }: LoadedModel): Compiled {
  const program = new Program(tf);
  try {
    const input = program.input({ rows: INPUT_SIZE, columns: INPUT_SIZE, channels: 3 });
    return { program, outputs: hifuse(new TensorFlowOps(tf, program), manifest.architecture, state, input) };
  } catch (error) {
    program.dispose();
    throw error;
  }
}

/** Runs what these values need, and hands each out in the layout of {@link Output}, [N, C, H, W]. */
export async function evaluate(
  backend: Backend,
  program: Program,
  batch: Batch,
  values: readonly Value[],
): Promise<Output[]> {
  const { tf } = backend;
  // Other sessions may use the other backend; one that is loaded is switched to without waiting.
  void tf.setBackend(backend.name);
  const results = tf.tidy(() => {
    const image = tf.tensor4d(batch.data, [batch.size, 3, INPUT_SIZE, INPUT_SIZE]);
    const maps = program.run(tf.transpose(image, [0, 2, 3, 1]), values);
    return maps.map((map) => tf.transpose(map, [0, 3, 1, 2]));
  });
  try {
    const data = await Promise.all(results.map((result) => result.data<'float32'>()));
    return results.map((result, i) => ({ data: data[i]!, shape: result.shape }));
  } finally {
    tf.dispose(results);
  }
}

class TensorFlowSession implements Session {
  readonly engine = 'tfjs';
  readonly precision = 'float32';
  readonly device: 'cuda' | 'cpu';
  readonly preferredBatch: number;
  readonly weightBytes: number;
  readonly #backend: Backend;
  readonly #compiled: Compiled;

  constructor(backend: Backend, compiled: Compiled) {
    this.#backend = backend;
    this.#compiled = compiled;
    this.weightBytes = compiled.program.constantBytes;
    this.device = backend.gpu ? 'cuda' : 'cpu';
    this.preferredBatch = PREFERRED_BATCH[backend.gpu ? 'cuda' : backend.name];
  }

  async run(batch: Batch, wanted: readonly Tap[] = []): Promise<Answer> {
    const { outputs } = this.#compiled;
    const values = wanted.map((tap) => [outputs[tap]].flat());
    const [logits, ...results] = await this.#evaluate(batch, [outputs.logits, ...values.flat()]);
    const answer: Answer = { logits: vectors(logits!) };
    for (const [i, tap] of wanted.entries()) {
      const maps = results.splice(0, values[i]!.length);
      Object.assign(answer, { [tap]: Array.isArray(outputs[tap]) ? maps : maps[0]! });
    }
    if (answer.pooled) answer.pooled = vectors(answer.pooled);
    return answer;
  }

  dispose(): Promise<void> {
    this.#compiled.program.dispose();
    return Promise.resolve();
  }

  async #evaluate(batch: Batch, values: readonly Value[]): Promise<Output[]> {
    try {
      return await evaluate(this.#backend, this.#compiled.program, batch, values);
    } catch (error) {
      throw new HifuseError('engine.failed', { reason: 'tfjs', device: this.device, message: foreignText(error) });
    }
  }
}

/** [N, C, 1, 1] -> [N, C]. */
function vectors({ data, shape }: Output): Output {
  return { data, shape: shape.slice(0, 2) };
}

/** HiFuse on TensorFlow.js, on `cuda` or `cpu`. */
export const tfjsEngine: Engine = {
  name: 'tfjs',
  async load(model: LoadedModel, device: Device): Promise<Session> {
    const backend = await backendFor(device);
    await backend.tf.setBackend(backend.name);
    return new TensorFlowSession(backend, compile(backend, model));
  },
};
