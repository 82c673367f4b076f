import { HifuseError } from '../errors.ts';
import type { BatchNorm, Layer, LayerNorm } from './ops.ts';
import type { StateDict, Tensor } from './state-dict.ts';

const BATCH_NORM_EPSILON = 1e-5;

/** The parameters under one prefix of a state dict, gathered as the layers that they belong to. */
export class Parameters {
  readonly #state: StateDict;
  readonly #prefix: string;

  constructor(state: StateDict, prefix = '') {
    this.#state = state;
    this.#prefix = prefix;
  }

  /** Those under `name` of these. */
  under(name: string): Parameters {
    return new Parameters(this.#state, this.#name(name) + '.');
  }

  /** One tensor. Throws `model.missing-tensor`. */
  tensor(name: string): Tensor {
    const tensor = this.#state.get(this.#name(name));
    if (!tensor) throw new HifuseError('model.missing-tensor', { reason: 'weights', name: this.#name(name) });
    return tensor;
  }

  /** A convolution or linear map; its bias where there is one. */
  layer(name: string): Layer {
    const bias = this.#state.get(this.#name(`${name}.bias`)) ?? null;
    return { name: this.#name(name), weight: this.tensor(`${name}.weight`), bias, batchNorm: null };
  }

  /** `<name>.conv` followed by `<name>.bn`: the released code's `Conv`. */
  convWithNorm(name: string): Layer {
    return { ...this.layer(`${name}.conv`), batchNorm: this.batchNorm(`${name}.bn`) };
  }

  layerNorm(name: string, epsilon: number): LayerNorm {
    return {
      name: this.#name(name),
      weight: this.tensor(`${name}.weight`),
      bias: this.tensor(`${name}.bias`),
      epsilon,
    };
  }

  batchNorm(name: string): BatchNorm {
    return {
      ...this.layerNorm(name, BATCH_NORM_EPSILON),
      mean: this.tensor(`${name}.running_mean`),
      variance: this.tensor(`${name}.running_var`),
    };
  }

  #name(name: string): string {
    return this.#prefix + name;
  }
}
