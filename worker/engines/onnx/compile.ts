import { hifuse, type HiFuseOutputs } from '../../../models/hifuse/network.ts';
import { INPUT_SIZE } from '../../../models/hifuse/variants.ts';
import type { LoadedModel } from '../engine.ts';
import { Graph } from './graph.ts';
import type { FeatureMap } from './feature-map.ts';
import { OnnxOps, type Style } from './onnx-ops.ts';

export const INPUT = 'input';
export const LOGITS = 'logits';

/** Picks maps of the network to be outputs of the graph beside the logits, under the names given. */
export type MoreOutputs = (outputs: HiFuseOutputs<FeatureMap>) => Record<string, FeatureMap>;

/**
 * The network as an ONNX graph: input [N, 3, 224, 224] -> logits [N, classes] and, for each of the other outputs, a map
 * [N, channels, rows, columns]. ONNX Runtime cannot fuse across an output; those that {@link Taps} names were measured to
 * cost nothing.
 */
export function compile({ manifest, state }: LoadedModel, style: Style, more: MoreOutputs = () => ({})): Graph {
  const graph = new Graph();
  const ops = new OnnxOps(graph, style);
  const input = graph.input(INPUT, ['N', 3, INPUT_SIZE, INPUT_SIZE]);
  const image = ops.fromChannelsFirst(input, { rows: INPUT_SIZE, columns: INPUT_SIZE, channels: 3 });
  const outputs = hifuse(ops, manifest.architecture, state, image);

  graph.output(LOGITS, ops.toVector(outputs.logits), ['N', outputs.logits.channels]);
  for (const [name, map] of Object.entries(more(outputs))) {
    graph.output(name, ops.toChannelsFirst(map), ['N', map.channels, map.rows, map.columns]);
  }
  return graph;
}
