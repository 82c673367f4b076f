import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { StateDict, Tensor as Parameter } from '../../models/hifuse/state-dict.ts';

export interface OptimizerOptions {
  /** Decoupled from the gradient (Loshchilov and Hutter 2019); none on norms and biases. */
  weightDecay: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Gradients are scaled down where the norm of all of them is larger; null: never. */
  clipNorm: number | null;
  /** Decay of the moving average of all weights; null: none is kept. */
  emaDecay: number | null;
}

/** What the optimiser keeps of one tensor of the state dict. */
interface Slot {
  value: Variable;
  average: Variable | null;
  /** Of trained parameters alone. */
  moments: { first: Variable; second: Variable } | null;
}

/** All state of a training as plain numbers, by released name: what a checkpoint holds. */
export interface OptimizerState {
  step: number;
  values: StateDict;
  averages: StateDict | null;
  first: StateDict;
  second: StateDict;
}

/** Running statistics are kept and averaged, not trained. */
export const isStatistic = (name: string): boolean => /\.running_(mean|var)$/.test(name);

/** The weights of a network under AdamW, with their moving average. */
export class Optimizer {
  readonly #tf: typeof TensorFlow;
  readonly #options: OptimizerOptions;
  /** By the tensor of the state dict that the network is built from. */
  readonly #slots = new Map<Parameter, Slot>();
  readonly #names: ReadonlyMap<string, Parameter>;
  #step: number;

  /** @param isTrained whether a parameter of this name changes */
  constructor(
    tf: typeof TensorFlow,
    state: OptimizerState,
    options: OptimizerOptions,
    isTrained: (name: string) => boolean,
  ) {
    this.#tf = tf;
    this.#options = options;
    this.#names = state.values;
    this.#step = state.step;
    const variable = ({ data, shape }: Parameter): Variable =>
      tf.tidy(() => tf.variable(tf.tensor(data, [...shape], 'float32'), false));
    const zeros = ({ shape }: Parameter): Variable => tf.tidy(() => tf.variable(tf.zeros([...shape]), false));
    for (const [name, parameter] of state.values) {
      const [first, second] = [state.first.get(name), state.second.get(name)];
      this.#slots.set(parameter, {
        value: variable(parameter),
        average: options.emaDecay === null ? null : variable(state.averages?.get(name) ?? parameter),
        moments:
          isStatistic(name) || !isTrained(name)
            ? null
            : {
                first: first ? variable(first) : zeros(parameter),
                second: second ? variable(second) : zeros(parameter),
              },
      });
    }
  }

  value(parameter: Parameter): Variable {
    return this.#slots.get(parameter)!.value;
  }

  isTrained(parameter: Parameter): boolean {
    return this.#slots.get(parameter)?.moments != null;
  }

  /**
   * One step of AdamW (as torch.optim.AdamW), the new running statistics, and the moving average.
   *
   * @param gradients of the trained parameters; disposed of
   * @param statistics new values of running means and variances; disposed of
   * @returns the norm of all gradients before clipping
   */
  async step(
    gradients: ReadonlyMap<Parameter, Tensor>,
    statistics: ReadonlyMap<Parameter, Tensor>,
    learningRate: number,
  ): Promise<number> {
    this.#step += 1;
    const norm = await this.#norm([...gradients.values()]);
    const { clipNorm } = this.#options;
    const factor = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6)); // as torch's clip_grad_norm_
    for (const [parameter, gradient] of gradients) {
      this.#update(this.#slots.get(parameter)!, gradient, factor, learningRate);
      gradient.dispose();
    }
    for (const [parameter, statistic] of statistics) {
      this.#slots.get(parameter)!.value.assign(statistic);
      statistic.dispose();
    }
    this.#averageAll();
    return norm;
  }

  /** Row by row first: WebAssembly adds in float32 one by one. */
  async #norm(gradients: readonly Tensor[]): Promise<number> {
    const tf = this.#tf;
    const squares = tf.tidy(() =>
      tf.stack(
        gradients.map((gradient) => {
          const rows = tf.reshape(gradient, [gradient.shape[0] ?? 1, -1]);
          return tf.sum(tf.sum(tf.square(rows), 1));
        }),
      ),
    );
    const data = await squares.data<'float32'>();
    squares.dispose();
    return Math.sqrt(data.reduce((sum, value) => sum + value, 0));
  }

  #update({ value, moments }: Slot, gradient: Tensor, factor: number, learningRate: number): void {
    const tf = this.#tf;
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const { first, second } = moments!;
    const decay = value.shape.length === 1 ? 1 : 1 - learningRate * weightDecay;
    tf.tidy(() => {
      const g = factor === 1 ? gradient : tf.mul(gradient, factor);
      first.assign(tf.add(tf.mul(first, beta1), tf.mul(g, 1 - beta1)));
      second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(g), 1 - beta2)));
      const rate = learningRate / (1 - beta1 ** this.#step);
      const spread = tf.div(tf.sqrt(second), Math.sqrt(1 - beta2 ** this.#step));
      value.assign(tf.sub(tf.mul(value, decay), tf.div(tf.mul(first, rate), tf.add(spread, epsilon))));
    });
  }

  /** Early steps average over fewer weights than the decay says, so that the first ones are forgotten soon. */
  #averageAll(): void {
    const { emaDecay } = this.#options;
    if (emaDecay === null) return;
    const tf = this.#tf;
    const decay = averageDecay(emaDecay, this.#step);
    for (const { value, average } of this.#slots.values()) {
      tf.tidy(() => {
        average!.assign(tf.add(tf.mul(average!, decay), tf.mul(value, 1 - decay)));
      });
    }
  }

  /** The weights that are to be used: the moving average where one is kept. */
  async weights(): Promise<StateDict> {
    return this.#read(({ value, average }) => average ?? value);
  }

  async state(): Promise<OptimizerState> {
    return {
      step: this.#step,
      values: await this.#read(({ value }) => value),
      averages: this.#options.emaDecay === null ? null : await this.#read(({ average }) => average),
      first: await this.#read(({ moments }) => moments?.first ?? null),
      second: await this.#read(({ moments }) => moments?.second ?? null),
    };
  }

  async #read(select: (slot: Slot) => Variable | null): Promise<StateDict> {
    const read = new Map<string, Parameter>();
    for (const [name, parameter] of this.#names) {
      const variable = select(this.#slots.get(parameter)!);
      // A copy: what a backend hands out may be its own memory.
      if (variable) read.set(name, { shape: parameter.shape, data: (await variable.data<'float32'>()).slice() });
    }
    return read;
  }

  dispose(): void {
    for (const { value, average, moments } of this.#slots.values()) {
      this.#tf.dispose([value, ...(average ? [average] : []), ...(moments ? [moments.first, moments.second] : [])]);
    }
  }
}

/** Decay at a step, from 1 on: at most what was asked for. */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}
