import type { Tensor } from './state-dict.ts';

/**
 * The tensor operations that HiFuse needs. `T` is an engine's handle of a feature map: B images of H x W positions with C
 * channels each, written [B, H, W, C] here whatever its layout in memory. A vector per image is a map of one position,
 * [B, 1, 1, C]. Every operation returns a new map.
 */
export interface Ops<T> {
  /** Convolution over positions with zero padding on all sides. [B, H, W, C] -> [B, H', W', out]. */
  conv(x: T, layer: Layer, geometry: ConvGeometry): T;
  /** The same linear map at every position (a 1x1 convolution, a linear layer). [B, H, W, C] -> [B, H, W, out]. */
  linear(x: T, layer: Layer): T;
  /** Layer normalisation over the channels of each position. */
  layerNorm(x: T, norm: LayerNorm): T;
  /** Batch normalisation with its running statistics, where no layer of ours precedes it. */
  batchNorm(x: T, norm: BatchNorm): T;

  /** Gaussian error linear unit, the exact form with erf. */
  gelu(x: T): T;
  relu(x: T): T;
  sigmoid(x: T): T;

  /** Sum of two maps of one shape. */
  add(a: T, b: T): T;
  /** x times a gate, which is a map of one channel ([B, H, W, 1]) or of one position ([B, 1, 1, C]). */
  scale(x: T, gate: T): T;
  /** Channels of all maps, one after the other. */
  concat(maps: readonly T[]): T;

  /** The maximum, then the mean, over the channels. [B, H, W, C] -> [B, H, W, 2]. */
  channelMaxMean(x: T): T;
  /** Mean over the positions. [B, H, W, C] -> [B, 1, 1, C]. */
  globalMean(x: T): T;
  /** Maximum over the positions. [B, H, W, C] -> [B, 1, 1, C]. */
  globalMax(x: T): T;
  /** Mean of each 2x2 cell. [B, H, W, C] -> [B, H/2, W/2, C]. */
  averagePool2(x: T): T;
  /**
   * Each 2x2 cell becomes one position: channels of its (row, column) = (0, 0), (1, 0), (0, 1), (1, 1), one after the
   * other, as Swin orders them. [B, H, W, C] -> [B, H/2, W/2, 4C].
   */
  mergePatches(x: T): T;
  /**
   * Where training drops whole residual branches at random (stochastic depth); without it, nothing is dropped.
   * @param depth of the block among all of its branch, 0 for the first and 1 for the last
   */
  dropPath?(x: T, depth: number): T;
  /** Multi-head self-attention within (shifted) windows, without the projection after it; see window-attention.ts. */
  windowAttention(x: T, attention: WindowAttention): T;
}

/** Weights of a convolution or linear map. An engine may fold the batch norm that follows: see fold-batch-norm.ts. */
export interface Layer {
  /** Released name without `.weight`, e.g. `fu1.W_l.conv`. */
  name: string;
  /** [out, in, k, k] of a dense convolution, [C, 1, k, k] of a depthwise one; [out, in] or [out, in, 1, 1] of a linear map. */
  weight: Tensor;
  bias: Tensor | null;
  /** Applied to the output. */
  batchNorm: BatchNorm | null;
}

export interface ConvGeometry {
  stride: number;
  /** Zeros added on each side. */
  padding: number;
  /** One filter per channel instead of all channels in every filter. */
  depthwise: boolean;
}

/** y = (x - mean) / sqrt(variance + epsilon) * weight + bias, mean and variance being those of each position. */
export interface LayerNorm {
  name: string;
  weight: Tensor;
  bias: Tensor;
  epsilon: number;
}

/** As layer normalisation, mean and variance being stored per channel. */
export interface BatchNorm extends LayerNorm {
  mean: Tensor;
  variance: Tensor;
}

/** Window attention of Swin: softmax(q k^T / sqrt(d) + bias + mask) v within each window and head. */
export interface WindowAttention {
  /** Makes q, k and v, one after the other, each head after head: [3C, C]. */
  qkv: Layer;
  heads: number;
  /** Side of a window; divides H and W. */
  window: number;
  /** Rows and columns by which the map is rolled (up and left) before it is divided into windows, and back after. */
  shift: number;
  /** Relative position bias, [(2 window - 1)^2, heads]. */
  biasTable: Tensor;
}
