import type { StateDict, Tensor } from '../hifuse/state-dict.ts';

/** A state dict whose tensors are made when they are asked for, and are not kept. */
export class LazyState implements StateDict {
  readonly #names: ReadonlySet<string>;
  readonly #make: (name: string) => Tensor;

  constructor(names: Iterable<string>, make: (name: string) => Tensor) {
    this.#names = new Set(names);
    this.#make = make;
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  get(name: string): Tensor | undefined {
    return this.#names.has(name) ? this.#make(name) : undefined;
  }

  forEach(callback: (tensor: Tensor, name: string, state: StateDict) => void): void {
    for (const [name, tensor] of this) callback(tensor, name, this);
  }

  keys(): MapIterator<string> {
    return this.#names.keys() as MapIterator<string>;
  }

  *values(): MapIterator<Tensor> {
    for (const name of this.#names) yield this.#make(name);
  }

  *entries(): MapIterator<[string, Tensor]> {
    for (const name of this.#names) yield [name, this.#make(name)];
  }

  [Symbol.iterator](): MapIterator<[string, Tensor]> {
    return this.entries();
  }
}

/** A state dict that lets go of each tensor once it was taken, so that two copies of all are never held at once. */
export function draining(state: Map<string, Tensor>): StateDict {
  return new LazyState([...state.keys()], (name) => {
    const tensor = state.get(name);
    if (!tensor) throw new Error(`${name} was taken before.`);
    state.delete(name);
    return tensor;
  });
}
