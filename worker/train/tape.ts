import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensor as Parameter } from '../../models/hifuse/state-dict.ts';

/** A value on the tape, and, on the way back, what the loss changes by when it changes. */
export interface Node {
  readonly value: Tensor;
  /** Whether anything that is trained stands before it. */
  readonly needsGradient: boolean;
  gradient: Tensor | null;
}

/** A step forward and its derivative. */
export interface Operation {
  inputs: readonly Node[];
  /** Parameters that it uses, as the state dict holds them. */
  parameters?: readonly Parameter[];
  /** The result, and what the way back needs besides; everything else is freed at once. */
  forward(): { y: Tensor; saved?: readonly Tensor[] };
  /**
   * Gradients of the inputs (null where `needs` says that nobody asks) and of the parameters, given that of the result.
   * They may be `dy` itself.
   */
  backward(
    dy: Tensor,
    saved: readonly Tensor[],
    needs: readonly boolean[],
  ): { inputs: readonly (Tensor | null)[]; parameters?: readonly Tensor[] };
}

interface Entry {
  operation: Operation;
  output: Node;
  saved: readonly Tensor[];
}

/**
 * Reverse-mode differentiation with derivatives of our own. TensorFlow.js has a tape, too; ours runs where its kernels for
 * gradients are missing (WebAssembly), computes fewer and larger steps, and frees each value on the way back as soon as
 * nothing needs it.
 */
export class Tape {
  readonly #tf: typeof TensorFlow;
  readonly #isTrained: (parameter: Parameter) => boolean;
  readonly #entries: Entry[] = [];
  readonly #gradients = new Map<Parameter, Tensor>();

  constructor(tf: typeof TensorFlow, isTrained: (parameter: Parameter) => boolean) {
    this.#tf = tf;
    this.#isTrained = isTrained;
  }

  /** An input; the tape owns it. */
  input(value: Tensor, needsGradient = false): Node {
    return { value, needsGradient, gradient: null };
  }

  apply(operation: Operation): Node {
    const { y, saved = [] } = this.#tf.tidy(() => {
      const result = operation.forward();
      return { y: result.y, saved: [...(result.saved ?? [])] };
    });
    const needsGradient =
      operation.inputs.some((input) => input.needsGradient) || (operation.parameters ?? []).some(this.#isTrained);
    const output: Node = { value: y, needsGradient, gradient: null };
    if (needsGradient) this.#entries.push({ operation, output, saved });
    else this.#tf.dispose(saved.filter((tensor) => tensor !== y));
    return output;
  }

  /**
   * Goes back from `output`, whose gradient is given.
   *
   * @returns the gradient of every trained parameter that was used; the caller disposes of them
   */
  backward(output: Node, gradient: Tensor): Map<Parameter, Tensor> {
    output.gradient = gradient;
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) this.#goBack(entry);
    return this.#gradients;
  }

  #goBack({ operation, output, saved }: Entry): void {
    const dy = output.gradient;
    if (dy) {
      const { inputs, parameters = [] } = operation;
      const gradients = this.#tf.tidy(() => {
        const needs = inputs.map((input) => input.needsGradient);
        const result = operation.backward(dy, saved, needs);
        // A clone shares the data: what several own is freed when the last one lets go.
        const own = (tensor: Tensor): Tensor => (tensor === dy ? this.#tf.clone(tensor) : tensor);
        return {
          inputs: result.inputs.map((tensor, i) => (tensor && needs[i] ? own(tensor) : undefined)) as Tensor[],
          parameters: (result.parameters ?? []).map(own),
        };
      });
      inputs.forEach((input, i) => {
        const given = gradients.inputs[i] as Tensor | undefined;
        if (given) input.gradient = this.#sum(input.gradient, given);
      });
      parameters.forEach((parameter, i) => {
        const given = gradients.parameters[i]!;
        if (this.#isTrained(parameter)) {
          this.#gradients.set(parameter, this.#sum(this.#gradients.get(parameter) ?? null, given));
        } else given.dispose();
      });
      dy.dispose();
    }
    output.gradient = null;
    this.#tf.dispose([...saved]);
    output.value.dispose();
  }

  #sum(before: Tensor | null, given: Tensor): Tensor {
    if (!before) return given;
    const sum = this.#tf.add(before, given);
    before.dispose();
    given.dispose();
    return sum;
  }
}
