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
  /**
   * Whether a batch norm before a linear map goes into its weights. One range for all channels wants channels of equal
   * spread, which is what a batch norm makes: quantised behind it, inputs lose a tenth as much as before it.
   */
  readonly foldsScales: boolean;
  operand(graph: Graph, layer: string, value: string): Operand;
  /** Records the weight, [in, out]. */
  weight(graph: Graph, map: LinearMap): string;
}

const floatOperand = (raw: string): Operand => ({ raw, zero: '', with: floatOperand, value: () => raw });

export const FLOAT_PRODUCTS: Products = {
  gathers: () => false,
  foldsScales: true,
  operand: (_graph, _layer, value) => floatOperand(value),
  weight: recordWeight,
};

/** Float products whose inputs, the same as {@link quantizedProducts} takes, are shown to `observe`: for calibration. */
export function observedProducts(observe: (graph: Graph, layer: string, value: string) => void): Products {
  return {
    ...FLOAT_PRODUCTS,
    gathers: () => true,
    foldsScales: false,
    operand(graph, layer, value) {
      observe(graph, layer, value);
      return floatOperand(value);
    },
  };
}

/** Products in int8 for every layer that has a range; weights per output channel, inputs per tensor. */
export function quantizedProducts(ranges: ActivationRanges): Products {
  return {
    gathers: (layer) => ranges.has(layer),
    foldsScales: false,
    operand(graph, layer, value) {
      const range = ranges.get(layer);
      if (!range) return floatOperand(value);
      const { scale, zeroPoint } = activationScale(range);
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
    weight: (graph, map) => (ranges.has(map.name) ? recordWeightInt8(graph, map) : recordWeight(graph, map)),
  };
}
