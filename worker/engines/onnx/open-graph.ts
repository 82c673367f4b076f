import { InferenceSession } from './runtime.ts';
import type { Graph } from './graph.ts';

/**
 * On x86 processors without VNNI, products of uint8 by int8 add up pairs in 16 bits and cut off what does not fit. With
 * this, ONNX Runtime takes the weights as uint8 there, which is exact; elsewhere it changes nothing.
 */
const EXACT_INT8 = { session: { x64quantprecision: '1' } };

/** Opens a graph in ONNX Runtime, which takes the weights from where they are: no copy of them is encoded first. */
export function openGraph(graph: Graph, options: InferenceSession.SessionOptions = {}): Promise<InferenceSession> {
  const { model, externalData } = graph.encodeInPieces();
  return InferenceSession.create(model, { logSeverityLevel: 3, extra: EXACT_INT8, ...options, externalData });
}
