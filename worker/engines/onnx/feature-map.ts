import type { LinearMap } from './linear-map.ts';

export interface Size {
  rows: number;
  columns: number;
  channels: number;
}

/** What made a map, where the linear map that comes next can take it into its weights. */
export type Origin =
  | { kind: 'linear'; source: FeatureMap; map: LinearMap }
  /** x * scale + shift, per channel; null: scale one. */
  | { kind: 'affine'; source: FeatureMap; scale: Float64Array | null; shift: Float64Array };

/**
 * A value of the graph: a map of shape [N, rows, columns, channels], channels last in memory. It is recorded when its
 * value is first asked for, so that what nobody asks for never enters the graph.
 */
export class FeatureMap implements Size {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly origin: Origin | null;
  #record: (() => string) | null;
  #value = '';

  constructor({ rows, columns, channels }: Size, record: () => string, origin: Origin | null = null) {
    this.rows = rows;
    this.columns = columns;
    this.channels = channels;
    this.origin = origin;
    this.#record = record;
  }

  /** Name of the value in the graph. */
  get value(): string {
    if (this.#record) {
      this.#value = this.#record();
      this.#record = null;
    }
    return this.#value;
  }

  get positions(): number {
    return this.rows * this.columns;
  }
}
