/**
 * Which pixels a region holds. The rule: a pixel belongs to it where its centre lies inside or on the outline; inside of a
 * freehand outline means by the even-odd rule.
 */
import { crossingsAt, edgesOf } from './geometry.ts';
import type { Point, RegionKind } from './measurement.ts';

/** Pixels of one row, from the first to the last column. */
export interface Run {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

const CENTRE = 0.5;

/** First and last pixel whose centre lies in [low, high], within an image; empty where first > last. */
const centresIn = (low: number, high: number, count: number): [first: number, last: number] => [
  Math.max(0, Math.ceil(low - CENTRE)),
  Math.min(count - 1, Math.floor(high - CENTRE)),
];

/** The pixels of a region that lie on an image, row by row; the runs of a row neither touch nor overlap. */
export function* runsOf(
  kind: RegionKind,
  points: readonly Point[],
  image: { readonly rows: number; readonly columns: number },
): Generator<Run> {
  const ys = points.map(({ y }) => y);
  const [top, bottom] = centresIn(Math.min(...ys), Math.max(...ys), image.rows);
  for (let row = top; row <= bottom; row++) {
    for (const [from, to] of columnsAt(kind, points, row + CENTRE, image.columns)) yield { row, from, to };
  }
}

/** The columns whose centres a region holds on a horizontal line. */
function columnsAt(kind: RegionKind, points: readonly Point[], y: number, count: number): [number, number][] {
  if (kind === 'freehand') return union(outlineSpans(points, y).map(([low, high]) => centresIn(low, high, count)));
  const [a, b] = points as [Point, Point];
  const [from, to] = centresIn(Math.min(a.x, b.x), Math.max(a.x, b.x), count);
  const columns: [number, number] = kind === 'rectangle' ? [from, to] : ellipseColumns(a, b, y, [from, to]);
  return columns[0] <= columns[1] ? [columns] : [];
}

/** Narrows the columns of the box to those of the ellipse. Multiplied out, since quotients would round at its outline. */
function ellipseColumns(a: Point, b: Point, y: number, [first, last]: [number, number]): [number, number] {
  // All doubled: centre, semi-axes and distances from the centre.
  const [x0, y0] = [a.x + b.x, a.y + b.y];
  const [across, down] = [(b.x - a.x) ** 2, (b.y - a.y) ** 2];
  const rest = across * down - (2 * y - y0) ** 2 * across;
  const holds = (column: number): boolean => (2 * (column + CENTRE) - x0) ** 2 * down <= rest;
  let [from, to] = [first, last];
  while (from <= to && !holds(from)) from++;
  while (from <= to && !holds(to)) to--;
  return [from, to];
}

function outlineSpans(points: readonly Point[], y: number): [number, number][] {
  const at = crossingsAt(points, y);
  const spans: [number, number][] = [];
  for (let i = 1; i < at.length; i += 2) spans.push([at[i - 1]!, at[i]!]);
  // What lies on the line itself: edges along it, and corners that only touch it.
  for (const [from, to] of edgesOf(points)) {
    if (from.y === y) spans.push(to.y === y ? [Math.min(from.x, to.x), Math.max(from.x, to.x)] : [from.x, from.x]);
  }
  return spans;
}

/** The same pixels in runs that neither touch nor overlap, ascending. */
function union(spans: [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [from, to] of spans.filter(([first, last]) => first <= last).sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}
