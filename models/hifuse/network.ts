/**
 * HiFuse (Huo et al., "HiFuse: Hierarchical multi-scale feature fusion network for medical image classification", 2024),
 * as in the released code. A local branch (depthwise convolutions) and a global branch (shifted-window attention) go
 * through four stages side by side; after each, an HFF block fuses both with what was fused so far.
 *
 * Shapes stand as [B, H, W, C] with C the embedding width; stage i has 2^i C channels.
 */
import type { Architecture } from './architecture.ts';
import type { Layer, LayerNorm, Ops } from './ops.ts';
import { Parameters } from './parameters.ts';
import { STAGES, type StateDict } from './state-dict.ts';

/** Layer norms of the local branch and of HFF; those of the global branch have PyTorch's default. */
const LOCAL_EPSILON = 1e-6;
const GLOBAL_EPSILON = 1e-5;

/** What the network computes. Lists have one map per stage. */
export interface HiFuseOutputs<T> {
  /** [B, 1, 1, classes]. */
  logits: T;
  /** Outputs of the two branches and of HFF: [B, 56, 56, C], [B, 28, 28, 2C], [B, 14, 14, 4C], [B, 7, 7, 8C]. */
  local: readonly T[];
  global: readonly T[];
  fused: readonly T[];
  /** The last fused map, which the head sees: [B, 7, 7, 8C]. */
  fused4: T;
  /** Means of the fused maps over their positions, one stage after the other: [B, 1, 1, 15C]. The head sees the last 8C. */
  pooled: T;
  /** Gates of HFF after the sigmoid: [B, H, W, 1] and [B, 1, 1, 2^i C]. */
  spatialAttention: readonly T[];
  channelAttention: readonly T[];
}

/**
 * Builds or runs the network (as the engine's operations do) on `input`, [B, 224, 224, 3], normalised.
 * Throws `model.missing-tensor`.
 */
export function hifuse<T>(ops: Ops<T>, architecture: Architecture, state: StateDict, input: T): HiFuseOutputs<T> {
  const parameters = new Parameters(state);
  const local = localBranch(ops, parameters, architecture, input);
  const global = globalBranch(ops, parameters, architecture, input);

  const fusions: Fusion<T>[] = [];
  for (const i of STAGES) {
    const fu = parameters.under(`fu${i + 1}`);
    fusions.push(fuse(ops, fu, architecture, local[i]!, global[i]!, fusions.at(-1)?.fused ?? null));
  }

  const fused = fusions.map((fusion) => fusion.fused);
  const means = fused.map((map) => ops.globalMean(map)); // [B, 1, 1, C], ..., [B, 1, 1, 8C]
  return {
    logits: head(ops, parameters, means[3]!),
    local,
    global,
    fused,
    fused4: fused[3]!,
    pooled: ops.concat(means),
    spatialAttention: fusions.map((fusion) => fusion.spatialAttention),
    channelAttention: fusions.map((fusion) => fusion.channelAttention),
  };
}

/** Layer norm and linear. */
function head<T>(ops: Ops<T>, parameters: Parameters, pooled: T): T {
  const { norm, linear } = headParameters(parameters);
  return ops.linear(ops.layerNorm(pooled, norm), linear); // [B, 1, 1, classes]
}

/** Numbers of `pooled`, per image. */
export const pooledFeatures = ({ width }: Architecture): number =>
  STAGES.reduce<number>((sum, stage) => sum + width * 2 ** stage, 0);

/** Released names of the head's layers. */
const HEAD = { norm: 'conv_norm', linear: 'conv_head' } as const;

/** What stands between the last fused map's mean and the logits; Grad-CAM differentiates it. */
export function headParameters(parameters: Parameters): { norm: LayerNorm; linear: Layer } {
  return { norm: parameters.layerNorm(HEAD.norm, LOCAL_EPSILON), linear: parameters.layer(HEAD.linear) };
}

/** The head's tensors alone, copied, so that the others can be let go: all that {@link headParameters} needs. */
export function headState(state: StateDict): StateDict {
  const isHead = (name: string): boolean => Object.values(HEAD).some((layer) => name.startsWith(`${layer}.`));
  return new Map(
    [...state].flatMap(([name, { shape, data }]) => (isHead(name) ? [[name, { shape, data: data.slice() }]] : [])),
  );
}

// Local branch --------------------------------------------------------------------------------------------------------

function localBranch<T>(ops: Ops<T>, parameters: Parameters, architecture: Architecture, input: T): T[] {
  const outputs: T[] = [];
  let x = input;
  for (const i of STAGES) {
    x = i === 0 ? localStem(ops, parameters, x) : localDownsample(ops, parameters, i, x);
    for (let j = 0; j < architecture.depths[i]; j++) {
      x = localBlock(ops, parameters.under(`stages.${i}.${j}`), x, blockDepth(architecture, i, j));
    }
    outputs.push(x);
  }
  return outputs;
}

/** [B, 224, 224, 3] -> [B, 56, 56, C]. */
function localStem<T>(ops: Ops<T>, parameters: Parameters, image: T): T {
  const patches = ops.conv(image, parameters.layer('downsample_layers.0.0'), {
    stride: 4,
    padding: 0,
    depthwise: false,
  });
  return ops.layerNorm(patches, parameters.layerNorm('downsample_layers.0.1', LOCAL_EPSILON));
}

/** [B, H, W, C] -> [B, H/2, W/2, 2C]. */
function localDownsample<T>(ops: Ops<T>, parameters: Parameters, stage: number, x: T): T {
  const normalised = ops.layerNorm(x, parameters.layerNorm(`downsample_layers.${stage}.0`, LOCAL_EPSILON));
  const layer = parameters.layer(`downsample_layers.${stage}.1`);
  return ops.conv(normalised, layer, { stride: 2, padding: 0, depthwise: false });
}

/** Depthwise 3x3, norm, linear, GELU; with a shortcut. */
function localBlock<T>(ops: Ops<T>, block: Parameters, x: T, depth: number): T {
  let y = ops.conv(x, block.layer('dwconv'), { stride: 1, padding: 1, depthwise: true });
  y = ops.layerNorm(y, block.layerNorm('norm', LOCAL_EPSILON));
  y = ops.gelu(ops.linear(y, block.layer('pwconv')));
  return residual(ops, x, y, depth);
}

/** Where a block stands among all of its branch: 0 for the first, 1 for the last. */
function blockDepth({ depths }: Architecture, stage: number, block: number): number {
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  return (sum(depths.slice(0, stage)) + block) / Math.max(1, sum(depths) - 1);
}

/** A block's output on top of its input. */
function residual<T>(ops: Ops<T>, x: T, y: T, depth: number): T {
  return ops.add(x, ops.dropPath ? ops.dropPath(y, depth) : y);
}

// Global branch -------------------------------------------------------------------------------------------------------

function globalBranch<T>(ops: Ops<T>, parameters: Parameters, architecture: Architecture, input: T): T[] {
  const outputs: T[] = [];
  let x = patchEmbedding(ops, parameters.under('patch_embed'), input);
  for (const i of STAGES) {
    const stage = parameters.under(`layers${i + 1}`);
    if (i > 0) x = patchMerging(ops, stage.under('downsample'), x);
    for (let j = 0; j < architecture.depths[i]; j++) {
      x = globalBlock(ops, stage.under(`blocks.${j}`), x, blockDepth(architecture, i, j), {
        heads: architecture.heads[i],
        window: architecture.window,
        shift: j % 2 === 0 ? 0 : Math.floor(architecture.window / 2),
      });
    }
    outputs.push(x);
  }
  return outputs;
}

/** [B, 224, 224, 3] -> [B, 56, 56, C]. */
function patchEmbedding<T>(ops: Ops<T>, parameters: Parameters, image: T): T {
  const patches = ops.conv(image, parameters.layer('proj'), { stride: 4, padding: 0, depthwise: false });
  return ops.layerNorm(patches, parameters.layerNorm('norm', GLOBAL_EPSILON));
}

/** [B, H, W, C] -> [B, H/2, W/2, 2C]. */
function patchMerging<T>(ops: Ops<T>, parameters: Parameters, x: T): T {
  const cells = ops.mergePatches(x); // [B, H/2, W/2, 4C]
  const normalised = ops.layerNorm(cells, parameters.layerNorm('norm', GLOBAL_EPSILON));
  return ops.linear(normalised, parameters.layer('reduction'));
}

/** Norm, window attention, linear, GELU; with a shortcut. HiFuse has no second norm and no MLP, unlike Swin. */
function globalBlock<T>(
  ops: Ops<T>,
  block: Parameters,
  x: T,
  depth: number,
  windows: { heads: number; window: number; shift: number },
): T {
  const attn = block.under('attn');
  let y = ops.layerNorm(x, block.layerNorm('norm1', GLOBAL_EPSILON));
  y = ops.windowAttention(y, {
    ...windows,
    qkv: attn.layer('qkv'),
    biasTable: attn.tensor('relative_position_bias_table'),
  });
  y = ops.linear(y, attn.layer('proj'));
  y = ops.gelu(ops.linear(y, block.layer('fc1')));
  return residual(ops, x, y, depth);
}

// Hierarchical feature fusion (HFF) -----------------------------------------------------------------------------------

interface Fusion<T> {
  fused: T;
  spatialAttention: T;
  channelAttention: T;
}

/**
 * Fuses a stage's local map, global map (both [B, H, W, C]) and what the stage before fused ([B, 2H, 2W, C/2], null in
 * the first stage) into [B, H, W, C].
 */
function fuse<T>(
  ops: Ops<T>,
  fu: Parameters,
  architecture: Architecture,
  local: T,
  global: T,
  previous: T | null,
): Fusion<T> {
  const fromLocal = ops.linear(local, fu.convWithNorm('W_l'));
  const fromGlobal = ops.linear(global, fu.convWithNorm('W_g'));
  const shortcut = previous && ops.averagePool2(ops.relu(ops.linear(previous, fu.convWithNorm('Updim'))));

  const mixed = shortcut
    ? ops.linear(
        ops.layerNorm(ops.concat([shortcut, fromLocal, fromGlobal]), fu.layerNorm('norm1', LOCAL_EPSILON)),
        fu.convWithNorm('W3'),
      )
    : ops.linear(
        ops.layerNorm(ops.concat([fromLocal, fromGlobal]), fu.layerNorm('norm2', LOCAL_EPSILON)),
        fu.convWithNorm('W'),
      );

  const spatialAttention = spatialGate(ops, fu, local); // [B, H, W, 1]
  const channelAttention = channelGate(ops, fu, architecture, global); // [B, 1, 1, C]
  const gathered = ops.concat([
    ops.scale(global, channelAttention),
    ops.scale(local, spatialAttention),
    ops.gelu(mixed),
  ]);

  const normalised = ops.layerNorm(gathered, fu.layerNorm('norm3', LOCAL_EPSILON)); // [B, H, W, 3C]
  const y = irmlp(ops, fu.under('residual'), architecture, normalised);
  return { fused: shortcut ? ops.add(shortcut, y) : y, spatialAttention, channelAttention };
}

/** Where in the local map: a 7x7 convolution over the maximum and the mean of the channels. */
function spatialGate<T>(ops: Ops<T>, fu: Parameters, local: T): T {
  const summary = ops.channelMaxMean(local); // [B, H, W, 2]
  return ops.sigmoid(ops.conv(summary, fu.convWithNorm('spatial'), { stride: 1, padding: 3, depthwise: false }));
}

/** Which channels of the global map: a bottleneck (C -> C/16 -> C) over its maximum and its mean, added. */
function channelGate<T>(ops: Ops<T>, fu: Parameters, architecture: Architecture, global: T): T {
  const [down, up] = [fu.layer('se.0'), fu.layer('se.2')];
  const squeeze = (vector: T) => ops.linear(ops.relu(ops.linear(vector, down)), up);
  const gate = ops.sigmoid(ops.add(squeeze(ops.globalMax(global)), squeeze(ops.globalMean(global))));
  return architecture.doubleSigmoid ? ops.sigmoid(gate) : gate;
}

/** Inverted residual MLP: 3x3 with a shortcut, then 3C -> 12C -> C. */
function irmlp<T>(ops: Ops<T>, residual: Parameters, architecture: Architecture, x: T): T {
  const depthwise = architecture.irmlp === 'depthwise';
  let y = ops.gelu(ops.conv(x, residual.layer('conv1.conv'), { stride: 1, padding: 1, depthwise }));
  y = ops.batchNorm(ops.add(y, x), residual.batchNorm('bn1'));
  y = ops.gelu(ops.linear(y, residual.layer('conv2.conv'))); // [B, H, W, 12C]
  return ops.linear(y, residual.convWithNorm('conv3')); // [B, H, W, C]
}
