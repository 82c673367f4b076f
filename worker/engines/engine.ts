import type { Device, EngineName } from '../../models/devices.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type { StateDict } from '../../models/hifuse/state-dict.ts';

export type Precision = 'float32' | 'float16' | 'int8';

/** Input of the network: normalised, shape [batch, 3, 224, 224]. */
export interface Batch {
  data: Float32Array;
  size: number;
}

/** A tensor in row-major order, N first, channels second for maps. */
export interface Output {
  data: Float32Array;
  shape: readonly number[];
}

/** Values inside the network that explanations and verdicts need. */
export interface Taps {
  /** Last fused map, [N, C, 7, 7]. */
  fused4: Output;
  /** Means of the fused maps of all stages over their positions, one stage after the other: [N, 15C]. */
  pooled: Output;
  /** HFF gates after the sigmoid: [N, 1, H, W] per stage. */
  spatialAttention: readonly Output[];
  /** [N, C, 1, 1] per stage. */
  channelAttention: readonly Output[];
}

export type Tap = keyof Taps;
export const TAPS = ['fused4', 'pooled', 'spatialAttention', 'channelAttention'] as const satisfies readonly Tap[];

/** What a run answers: the logits, and those taps that were asked for. */
export interface Answer extends Partial<Taps> {
  /** [N, classes]. */
  logits: Output;
}

/** A network that is loaded on one device. */
export interface Session {
  readonly engine: EngineName;
  /** The device that really runs it. */
  readonly device: Device;
  readonly precision: Precision;
  /** How many images at once are fastest here (measured or known). */
  readonly preferredBatch: number;
  /** Bytes of weights and other constants that the network holds here, as it was given them. */
  readonly weightBytes: number;
  /** Runs the network, and hands out the taps that are asked for. Throws HifuseError `engine.failed`. */
  run(batch: Batch, taps?: readonly Tap[]): Promise<Answer>;
  dispose(): Promise<void>;
}

/** Loads networks on a device; created lazily by worker/engines/select.ts. */
export interface Engine {
  readonly name: EngineName;
  load(model: LoadedModel, device: Device): Promise<Session>;
}

/** A verified model package in memory. */
export interface LoadedModel {
  manifest: Manifest;
  /** Released names, float32. */
  state: StateDict;
}
