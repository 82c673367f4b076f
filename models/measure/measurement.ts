/**
 * What a reader draws on an image and measures there. Points are image coordinates: pixels from the top left corner, where
 * the first pixel covers 0..1 and its centre lies at 0.5.
 */
import type { SpacingSource } from '../imaging/frame.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Kind -> how many points make one; `freehand` takes as many as are drawn, from three on.
 * length: its ends. angle: end, vertex, end. cobb: two lines. rectangle, ellipse: opposite corners of the box around it,
 * along rows and columns. probe: where it looks. arrow: tip, tail. text: where it stands.
 */
export const POINT_COUNTS = {
  length: 2,
  angle: 3,
  cobb: 4,
  rectangle: 2,
  ellipse: 2,
  freehand: null,
  probe: 1,
  arrow: 2,
  text: 1,
} as const;

export type MeasurementKind = keyof typeof POINT_COUNTS;

export const MEASUREMENT_KINDS = Object.keys(POINT_COUNTS) as MeasurementKind[];

/** Kinds that surround pixels. */
export const REGION_KINDS = ['rectangle', 'ellipse', 'freehand'] as const satisfies MeasurementKind[];
export type RegionKind = (typeof REGION_KINDS)[number];

export const isRegion = (kind: MeasurementKind): kind is RegionKind =>
  (REGION_KINDS as readonly string[]).includes(kind);

/** Points that a freehand outline may have at most. */
export const MOST_POINTS = 2000;

/** What the reader drew. */
export interface Drawing {
  readonly kind: MeasurementKind;
  readonly points: readonly Point[];
  /** The reader's own words; empty where there are none. */
  readonly text: string;
}

export type QuantityName =
  'length' | 'angle' | 'area' | 'mean' | 'sd' | 'minimum' | 'maximum' | 'value' | 'pixels' | 'padding';

/** One number that was measured. */
export interface Quantity {
  readonly name: QuantityName;
  /** Of a colour image. */
  readonly channel?: 'red' | 'green' | 'blue';
  readonly value: number;
  /** 'mm', 'px', 'mm²', 'px²', '°', 'HU', 'SUVbw g/ml', ...; 'stored' for stored values; empty for a count or an unnamed unit. */
  readonly unit: string;
}

/** What was measured, and with which spacing: null where lengths are in pixels. */
export interface Measured {
  readonly quantities: readonly Quantity[];
  readonly spacing: { readonly row: number; readonly column: number; readonly source: SpacingSource } | null;
}

/** A drawing on one frame of an image, with what was measured when it was drawn or changed last. */
export interface Measurement extends Drawing, Measured {
  /** UUID. */
  readonly id: string;
  /** Which image: see {@link imageKey}. */
  readonly image: string;
  readonly frame: number;
  /** Which of the colours it is drawn in, from 0 on. */
  readonly colour: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** SHA-256 of the stored values it was measured on (`Frame.content`). */
  readonly contentSha256: string;
}

/**
 * The name of an image that outlives the session and the place of its file: its SOP Instance UID, or the hash of its
 * pixels where it has none.
 */
export const imageKey = (sopInstanceUid: string, contentSha256: string): string =>
  sopInstanceUid === '' ? `sha256:${contentSha256}` : `uid:${sopInstanceUid}`;
