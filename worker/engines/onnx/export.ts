import type { LoadedModel } from '../engine.ts';
import { compile } from './compile.ts';
import { PLAIN_STYLE } from './onnx-ops.ts';

/**
 * The network of a model as a standalone ONNX file for other runtimes: standard operators of opset 20 alone, batch norms
 * folded, weights in float32. Input `input` [N, 3, 224, 224], normalised as the manifest's preprocessing says; output
 * `logits` [N, classes]. What the file cannot say otherwise stands in its metadata: classes, preprocessing, licence, and
 * where it comes from, each as JSON.
 */
export function exportOnnx(model: LoadedModel): Uint8Array<ArrayBuffer> {
  const { id, name, version, license, classes, preprocessing, calibration, intended, weights } = model.manifest;
  const metadata = { id, name, version, license, classes, preprocessing, calibration, intended, weights };
  return compile(model, PLAIN_STYLE).encode({
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`hifuse.${key}`, JSON.stringify(value)])),
    notice: 'Research use only. Not a medical device.',
  });
}
