/** Lengths, angles and areas on the grid of an image whose pixels have a width and a height. */
import type { Point } from './measurement.ts';

/** Size of a pixel, in mm or in widths of a pixel. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

const vector = (from: Point, to: Point, size: PixelSize): [x: number, y: number] => [
  (to.x - from.x) * size.width,
  (to.y - from.y) * size.height,
];

export function lengthOf(a: Point, b: Point, size: PixelSize): number {
  return Math.hypot(...vector(a, b, size));
}

/** Degrees between two directions, 0..180; NaN where one of them has no length. */
function between([ax, ay]: [number, number], [bx, by]: [number, number]): number {
  const cross = ax * by - ay * bx;
  const dot = ax * bx + ay * by;
  if (cross === 0 && dot === 0) return NaN;
  return (Math.atan2(Math.abs(cross), dot) * 180) / Math.PI;
}

/** The angle at `vertex`, 0..180 degrees. */
export function angleOf(a: Point, vertex: Point, b: Point, size: PixelSize): number {
  return between(vector(vertex, a, size), vector(vertex, b, size));
}

/** The Cobb angle of two lines: the acute one between them, 0..90 degrees, whichever way they were drawn. */
export function cobbOf(a1: Point, a2: Point, b1: Point, b2: Point, size: PixelSize): number {
  const angle = between(vector(a1, a2, size), vector(b1, b2, size));
  return Math.min(angle, 180 - angle);
}

export const rectangleArea = (a: Point, b: Point, size: PixelSize): number =>
  Math.abs((b.x - a.x) * (b.y - a.y)) * size.width * size.height;

export const ellipseArea = (a: Point, b: Point, size: PixelSize): number => (Math.PI / 4) * rectangleArea(a, b, size);

/**
 * Area inside a closed outline by the even-odd rule, as the mask has it: what an outline that crosses itself surrounds
 * twice does not count. Between two neighbouring heights at which the outline turns or crosses itself, the width inside
 * changes linearly, so that the width in the middle times the height is exact.
 */
export function outlineArea(points: readonly Point[], size: PixelSize): number {
  const heights = [...new Set([...points.map(({ y }) => y), ...crossings(points)])].sort((a, b) => a - b);
  let area = 0;
  for (let i = 1; i < heights.length; i++) {
    const [low, high] = [heights[i - 1]!, heights[i]!];
    area += widthInside(points, (low + high) / 2) * (high - low);
  }
  return area * size.width * size.height;
}

export const edgesOf = (points: readonly Point[]): [Point, Point][] =>
  points.map((point, i) => [point, points[(i + 1) % points.length]!]);

/** Columns at which the outline crosses a height that none of its points has, ascending. */
export function crossingsAt(points: readonly Point[], y: number): number[] {
  return edgesOf(points)
    .filter(([a, b]) => a.y <= y !== b.y <= y)
    .map(([a, b]) => a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x))
    .sort((a, b) => a - b);
}

function widthInside(points: readonly Point[], y: number): number {
  const at = crossingsAt(points, y);
  let width = 0;
  for (let i = 1; i < at.length; i += 2) width += at[i]! - at[i - 1]!;
  return width;
}

/** Heights at which edges cross each other. */
function crossings(points: readonly Point[]): number[] {
  const edges = edgesOf(points);
  const found: number[] = [];
  for (const [i, [a, b]] of edges.entries()) {
    for (const [c, d] of edges.slice(i + 2)) {
      const denominator = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
      if (denominator === 0) continue;
      const t = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / denominator;
      const u = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / denominator;
      if (t > 0 && t < 1 && u > 0 && u < 1) found.push(a.y + t * (b.y - a.y));
    }
  }
  return found;
}
