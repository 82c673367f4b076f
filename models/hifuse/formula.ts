/**
 * Weights and inputs from a formula instead of a file: what self-tests, golden tests and benchmarks feed the network.
 * FNV-1a of the tensor's name seeds a linear congruential generator; the scale depends on the kind of tensor.
 */
import type { Architecture } from './architecture.ts';
import { releasedParameters, type StateDict, type Tensor } from './state-dict.ts';

/** Name of the formula's input; its values are the generator's own, uniform in [-1, 1). */
export const FORMULA_INPUT = 'input';

/** Fills a tensor of this released name and shape, row-major. */
export function fillFormula(name: string, shape: readonly number[]): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const scaled = scaling(name, shape);
  const data = new Float32Array(length);
  let state = fnv1a(name);
  for (let i = 0; i < length; i++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    data[i] = scaled((2 * state) / 2 ** 32 - 1);
  }
  return data;
}

/** The formula's weights for a whole network: every released parameter, those that the network does not use too. */
export function formulaStateDict(architecture: Architecture, classCount: number): StateDict {
  const state = new Map<string, Tensor>();
  for (const [name, { shape, kind }] of releasedParameters(architecture, classCount)) {
    if (kind === 'parameter') state.set(name, { shape, data: fillFormula(name, shape) });
  }
  return state;
}

/** How the generator's value u in [-1, 1) becomes a parameter: small, and near 1 where it multiplies. */
function scaling(name: string, shape: readonly number[]): (u: number) => number {
  if (name === FORMULA_INPUT) return (u) => u;
  if (name.endsWith('running_var')) return (u) => 1 + 0.5 * u;
  if (name.endsWith('running_mean')) return (u) => 0.1 * u;
  if (name.endsWith('relative_position_bias_table')) return (u) => 0.5 * u;
  if (shape.length === 1) return name.endsWith('weight') ? (u) => 1 + 0.2 * u : (u) => 0.1 * u;
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const bound = Math.sqrt(3 / fanIn);
  return (u) => u * bound;
}

/** FNV-1a, 32 bits, of the name's UTF-8 (released names are ASCII). */
function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  return hash;
}
