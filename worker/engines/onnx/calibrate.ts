import { Tensor } from './runtime.ts';
import { INPUT_SIZE } from '../../../models/hifuse/variants.ts';
import type { LoadedModel } from '../engine.ts';
import { compile, INPUT } from './compile.ts';
import { Histogram } from './histogram.ts';
import { PLAIN_STYLE } from './onnx-ops.ts';
import { openGraph } from './open-graph.ts';
import { observedProducts } from './products.ts';

/**
 * Layers that stay in float32 always, being next to nothing of the work: both branches' first layer, which sees the
 * image itself, the channel attention's bottleneck, and the head.
 */
const ALWAYS_FLOAT = /^(downsample_layers\.0\.0|patch_embed\.proj|fu\d\.se\.\d|conv_head)$/;

const output = (layer: string) => `input of ${layer}`;

/**
 * Runs the network in float32 on each image ([3, 224, 224], normalised) and counts the values that go into each layer
 * that can be quantised. Layer name -> histogram, in the order of the network.
 */
export async function observeInputs(
  model: LoadedModel,
  images: Iterable<Float32Array>,
  onImage: () => void = () => undefined,
): Promise<Map<string, Histogram>> {
  const histograms = new Map<string, Histogram>();
  const products = observedProducts((graph, layer, value) => {
    if (ALWAYS_FLOAT.test(layer)) return;
    histograms.set(layer, new Histogram());
    graph.output(output(layer), value, null);
  });
  const session = await openGraph(compile(model, { ...PLAIN_STYLE, products }));
  try {
    for (const image of images) {
      const results = await session.run({ [INPUT]: new Tensor('float32', image, [1, 3, INPUT_SIZE, INPUT_SIZE]) });
      for (const [layer, histogram] of histograms) histogram.add(results[output(layer)]!.data as Float32Array);
      onImage();
    }
  } finally {
    await session.release();
  }
  return histograms;
}
