/**
 * How the products of linear maps and dense convolutions with their weights are recorded: in float32, or in int8 as
 * QuantizeLinear and DequantizeLinear around them, which ONNX Runtime turns into integer products.
 */
import type { Graph } from './graph.ts';
import { recordWeight, recordWeightInt8, type LinearMap } from './linear-map.ts';
import { activationScale, type ActivationRanges } from './quantization.ts';

/** An input of products, which can still be rearranged (gathered, reshaped, transposed). */
export interface Operand {
  /** Name of the value to rearrange; of one byte per element where quantised. */
  readonly raw: string;
  /** Name of a scalar that stands for zero in `raw`; empty where zero does. */
  readonly zero: string;
  /** The same operand with another, rearranged, raw value. */
  with(raw: string): Operand;
  /** The value as float32, to be multiplied. */
  value(): string;
}

export interface Products {
  /** Whether a dense convolution is to be gathered into one product, which then goes through here. */
  gathers(layer: string): boolean;
  operand(graph: Graph, layer: string, value: string): Operand;
  /** Records the weight, [in, out]. */
  weight(graph: Graph, map: LinearMap): string;
}

const floatOperand = (raw: string): Operand => ({ raw, zero: '', with: floatOperand, value: () => raw });

export const FLOAT_PRODUCTS: Products = {
  gathers: () => false,
  operand: (_graph, _layer, value) => floatOperand(value),
  weight: recordWeight,
};

/** Float products whose inputs are shown to `observe` first: what calibration looks at. */
export function observedProducts(observe: (graph: Graph, layer: string, value: string) => void): Products {
  return {
    ...FLOAT_PRODUCTS,
    gathers: () => true,
    operand(graph, layer, value) {
      observe(graph, layer, value);
      return floatOperand(value);
    },
  };
}

/** Products in int8 for every layer that has a range; weights per output channel, inputs per tensor. */
export function quantizedProducts(ranges: ActivationRanges): Products {
  const quantizes = (layer: string) => Object.hasOwn(ranges, layer);
  return {
    gathers: quantizes,
    operand(graph, layer, value) {
      if (!quantizes(layer)) return floatOperand(value);
      const { scale, zeroPoint } = activationScale(ranges[layer]!);
      const scaleName = graph.tensor(`${layer}.input_scale`, { shape: [], data: Float32Array.of(scale) });
      const zero = graph.constant(`${layer}.input_zero`, { shape: [], type: 'uint8', data: Uint8Array.of(zeroPoint) });
      const operand = (raw: string): Operand => ({
        raw,
        zero,
        with: operand,
        value: () => graph.node('DequantizeLinear', [raw, scaleName, zero]),
      });
      return operand(graph.node('QuantizeLinear', [value, scaleName, zero]));
    },
    weight: (graph, map) => (quantizes(map.name) ? recordWeightInt8(graph, map) : recordWeight(graph, map)),
  };
}
