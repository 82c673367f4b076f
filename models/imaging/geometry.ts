/** Lengths and areas in the image. Never invented: millimetres only where the file gives a spacing, with its source. */
import type { Frame, SpacingSource } from './frame.ts';

/** A point in image pixels; the centre of the first pixel is (0.5, 0.5). */
export interface Point {
  x: number;
  y: number;
}

/** A length or an area with what the reader must know of it. */
export interface Measurement {
  value: number;
  unit: 'mm' | 'px' | 'mm²' | 'px²';
  /** Which attribute of the file the millimetres come from; null for pixels. */
  source: SpacingSource | null;
  note: string;
}

type Scale = Pick<Frame, 'spacing' | 'pixelAspectRatio'>;

const NON_SQUARE = 'Pixels are not square: counted in column widths.';

/** Length of one column and one row step, and where it comes from. */
function steps({ spacing, pixelAspectRatio }: Scale) {
  return spacing
    ? { x: spacing.column, y: spacing.row, unit: 'mm' as const, source: spacing.source, note: spacing.note }
    : { x: 1, y: pixelAspectRatio, unit: 'px' as const, source: null, note: pixelAspectRatio === 1 ? '' : NON_SQUARE };
}

/** Distance of two points: in millimetres with the spacing's source, in pixels where the file gives no spacing. */
export function distance(frame: Scale, a: Point, b: Point): Measurement {
  const { x, y, unit, source, note } = steps(frame);
  return { value: Math.hypot((b.x - a.x) * x, (b.y - a.y) * y), unit, source, note };
}

/** Area of the rectangle that two corners span, in the same units, squared. */
export function boxArea(frame: Scale, a: Point, b: Point): Measurement {
  const { x, y, unit, source, note } = steps(frame);
  return { value: Math.abs((b.x - a.x) * x * (b.y - a.y) * y), unit: `${unit}²` as const, source, note };
}

/** The angle at `vertex` between the rays to `a` and `b`, in degrees 0 to 180, on square pixels or in millimetres. */
export function angle(frame: Scale, a: Point, vertex: Point, b: Point): number {
  const { x, y } = steps(frame);
  const [ux, uy] = [(a.x - vertex.x) * x, (a.y - vertex.y) * y];
  const [vx, vy] = [(b.x - vertex.x) * x, (b.y - vertex.y) * y];
  return (Math.abs(Math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)) * 180) / Math.PI;
}
