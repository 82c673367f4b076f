import { InferenceSession } from './runtime.ts';
import type { Graph } from './graph.ts';

/** Opens a graph in ONNX Runtime, which takes the weights from where they are: no copy of them is encoded first. */
export function openGraph(graph: Graph, options: InferenceSession.SessionOptions = {}): Promise<InferenceSession> {
  const { model, externalData } = graph.encodeInPieces();
  return InferenceSession.create(model, { logSeverityLevel: 3, ...options, externalData });
}
