import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A feature map that a program will compute: [B, rows, columns, channels], B being known when it runs. */
export interface Value {
  readonly index: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

export type Shape = Omit<Value, 'index'>;

interface Step {
  inputs: readonly number[];
  /** Computes the output, a new tensor, from the inputs. */
  compute(...inputs: Tensor[]): Tensor;
}

/** Those steps that some outputs need, and what is of no more use after each. */
interface Plan {
  steps: { step: Step; index: number; spent: readonly number[] }[];
}

/**
 * A network as a list of steps in order, written down once and run often. The list is what lets weights be uploaded
 * once, and every map be freed after its last use instead of at the end.
 */
export class Program {
  readonly #tf: typeof TensorFlow;
  /** Step i makes value i; the input, value 0, has none. */
  readonly #steps: (Step | null)[] = [];
  readonly #constants: Tensor[] = [];
  readonly #plans = new Map<string, Plan>();

  constructor(tf: typeof TensorFlow) {
    this.#tf = tf;
  }

  /** The program's input; to be asked for first. */
  input(shape: Shape): Value {
    return this.#add(shape, null);
  }

  /** A tensor that lives as long as the program. */
  constant(data: Float32Array, shape: readonly number[]): Tensor {
    const tensor = this.#tf.keep(this.#tf.tensor(data, [...shape], 'float32'));
    this.#constants.push(tensor);
    return tensor;
  }

  /** Adds a step. What `compute` makes besides its result is freed at once. */
  step(shape: Shape, inputs: readonly Value[], compute: Step['compute']): Value {
    return this.#add(shape, { inputs: inputs.map((value) => value.index), compute });
  }

  /** Runs what `outputs` need. The caller disposes of the tensors returned, not of the program's own. */
  run(input: Tensor, outputs: readonly Value[]): Tensor[] {
    const wanted = outputs.map((value) => value.index);
    const plan = this.#plan(wanted);
    return this.#tf.tidy(() => {
      const live = new Map<number, Tensor>([[0, input]]);
      for (const { step, index, spent } of plan.steps) {
        const tensors = step.inputs.map((i) => live.get(i)!);
        live.set(
          index,
          this.#tf.tidy(() => step.compute(...tensors)),
        );
        for (const i of spent) {
          if (i !== 0) live.get(i)!.dispose();
          live.delete(i);
        }
      }
      return wanted.map((i) => live.get(i)!);
    });
  }

  /** Of all constants. */
  get constantBytes(): number {
    return this.#constants.reduce((sum, { size }) => sum + 4 * size, 0);
  }

  dispose(): void {
    for (const tensor of this.#constants.splice(0)) tensor.dispose();
  }

  #add(shape: Shape, step: Step | null): Value {
    this.#steps.push(step);
    return { ...shape, index: this.#steps.length - 1 };
  }

  #plan(wanted: readonly number[]): Plan {
    const key = wanted.join();
    const known = this.#plans.get(key);
    if (known) return known;

    const used = new Set(wanted);
    const last = new Map<number, number>();
    for (let index = this.#steps.length - 1; index >= 0; index--) {
      if (!used.has(index)) continue;
      for (const i of this.#steps[index]?.inputs ?? []) {
        used.add(i);
        if (!last.has(i)) last.set(i, index);
      }
    }
    const steps = this.#steps.flatMap((step, index) => {
      if (!step || !used.has(index)) return [];
      const spent = [...new Set(step.inputs)].filter((i) => last.get(i) === index && !wanted.includes(i));
      return [{ step, index, spent }];
    });
    const plan = { steps };
    this.#plans.set(key, plan);
    return plan;
  }
}
