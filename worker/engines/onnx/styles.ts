/** Which style of graph runs a model on a device. */
import type { Quantization } from '../../../models/package/manifest.ts';
import type { Device } from '../../../models/devices.ts';
import type { LoadedModel, Precision } from '../engine.ts';
import { CPU_STYLE, PLAIN_STYLE, type Style } from './onnx-ops.ts';
import { quantizedProducts } from './products.ts';
import type { ActivationRanges } from './quantization.ts';

/**
 * The CPU runs a package in int8 where it was quantised and was found to hold its accuracy; every other device runs
 * float32, where integer products are slow or missing.
 */
export function styleFor({ manifest }: LoadedModel, device: Device): { style: Style; precision: Precision } {
  if (device !== 'cpu') return { style: PLAIN_STYLE, precision: 'float32' };
  if (!manifest.quantization) return { style: CPU_STYLE, precision: 'float32' };
  return { style: int8Style(rangesOf(manifest.quantization)), precision: 'int8' };
}

/** Products in int8 for the layers that have a range. Maps are not composed: ranges are of the layers as released. */
export function int8Style(ranges: ActivationRanges): Style {
  return { ...CPU_STYLE, compose: false, products: quantizedProducts(ranges) };
}

function rangesOf({ activations }: Quantization): ActivationRanges {
  return new Map(activations.map(({ layer, minimum, maximum }) => [layer, [minimum, maximum]]));
}
