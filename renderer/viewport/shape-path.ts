import type { MeasurementKind, Point } from '../../models/measure/measurement.ts';
import { toScreen, type Layout } from './view-transform.ts';

const ARROW_HEAD = 11;
const CROSS = 6;

const line = (points: readonly Point[]): string =>
  points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');

/** The `d` of an SVG path that draws a shape on the screen, where an image's rows and columns lie along the axes. */
export function shapePath(kind: MeasurementKind, points: readonly Point[], layout: Layout): string {
  const on = points.map((point) => toScreen(layout, point));
  const [a, b, c, d] = on as [Point, Point, Point, Point];
  switch (kind) {
    case 'length':
    case 'angle':
      return line(on);
    case 'cobb':
      return on.length < 4 ? line(on.slice(0, 2)) : line([a, b]) + line([c, d]);
    case 'rectangle':
      return `M${a.x} ${a.y}H${b.x}V${b.y}H${a.x}Z`;
    case 'ellipse': {
      const [rx, ry] = [Math.abs(b.x - a.x) / 2, Math.abs(b.y - a.y) / 2];
      const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
      const y = (a.y + b.y) / 2;
      return `M${left} ${y}A${rx} ${ry} 0 1 0 ${right} ${y}A${rx} ${ry} 0 1 0 ${left} ${y}Z`;
    }
    case 'freehand':
      return `${line(on)}Z`;
    case 'probe':
    case 'text':
      return `M${a.x - CROSS} ${a.y}H${a.x + CROSS}M${a.x} ${a.y - CROSS}V${a.y + CROSS}`;
    case 'arrow': {
      const direction = Math.atan2(b.y - a.y, b.x - a.x);
      const side = (turn: number): Point => ({
        x: a.x + ARROW_HEAD * Math.cos(direction + turn),
        y: a.y + ARROW_HEAD * Math.sin(direction + turn),
      });
      return line([a, b]) + line([side(0.45), a, side(-0.45)]);
    }
  }
}

/** The two lines of a Cobb angle are joined by a thin one between their middles; nothing for other shapes. */
export function helperPath(kind: MeasurementKind, points: readonly Point[], layout: Layout): string {
  if (kind !== 'cobb' || points.length < 4) return '';
  const [a, b, c, d] = points.map((point) => toScreen(layout, point)) as [Point, Point, Point, Point];
  return line([
    { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 },
  ]);
}

const LINE_HEIGHT = 15;
const GAP = 10;

/** Where the first line of so many begins: to the right of the shape, inside the viewport as far as that goes. */
export function labelPlace(points: readonly Point[], layout: Layout, lines: readonly string[]): Point {
  const on = points.map((point) => toScreen(layout, point));
  const rightmost = on.reduce((best, point) => (point.x > best.x ? point : best));
  // About the width of the letters; exact measuring would cost a layout for every move.
  const width = Math.max(0, ...lines.map(({ length }) => length)) * 7;
  const { viewport } = layout;
  const fits = rightmost.x + GAP + width <= viewport.width;
  const leftmost = Math.min(...on.map(({ x }) => x));
  const x = fits ? rightmost.x + GAP : Math.max(GAP, leftmost - GAP - width);
  const lowest = viewport.height - (lines.length - 1) * LINE_HEIGHT - GAP;
  return { x, y: Math.max(LINE_HEIGHT, Math.min(rightmost.y, lowest)) };
}
