import { describe, expect, it } from 'vitest';
import type { MeasurementKind } from '../../models/measure/measurement.ts';
import { DrawingPen, isDrawn, shapeAround } from './drawing-pen.ts';

const p = (x: number, y: number) => ({ x, y });

/** Presses, moves and releases; image and screen coordinates are the same here. */
function draw(kind: MeasurementKind, ...steps: ['down' | 'move' | 'up', number, number][]) {
  let pen: DrawingPen | null = null;
  for (const [step, x, y] of steps) {
    if (!pen) {
      pen = new DrawingPen(kind, p(x, y), p(x, y));
      continue;
    }
    const { points, complete } = pen[step](p(x, y), p(x, y));
    if (complete) return points;
  }
  return null;
}

describe('a line', () => {
  it('is drawn by one drag', () => {
    expect(draw('length', ['down', 0, 0], ['move', 9, 0], ['up', 10, 0])).toEqual([p(0, 0), p(10, 0)]);
  });

  it('is drawn by two clicks', () => {
    expect(draw('length', ['down', 0, 0], ['up', 1, 0], ['move', 9, 0], ['down', 10, 0], ['up', 10, 0])).toEqual([
      p(0, 0),
      p(10, 0),
    ]);
  });
});

it('draws angles by clicks, Cobb angles by two drags', () => {
  const clicks = [p(0, 0), p(20, 0), p(20, 20)];
  expect(
    draw(
      'angle',
      ...clicks
        .flatMap(
          ({ x, y }) =>
            [
              ['move', x, y],
              ['down', x, y],
              ['up', x, y],
            ] as const,
        )
        .slice(1)
        .map((step) => [...step] as ['down', number, number]),
    ),
  ).toEqual(clicks);
  expect(draw('cobb', ['down', 0, 0], ['up', 20, 0], ['move', 0, 40], ['down', 0, 40], ['up', 20, 44])).toEqual([
    p(0, 0),
    p(20, 0),
    p(0, 40),
    p(20, 44),
  ]);
});

it('places a point where the button comes up', () => {
  expect(draw('probe', ['down', 0, 0], ['move', 4, 4], ['up', 5, 5])).toEqual([p(5, 5)]);
});

it('leaves no speck after a stray click with the freehand tool', () => {
  expect(isDrawn('freehand', draw('freehand', ['down', 0, 0], ['up', 0, 0])!)).toBe(false);
  expect(isDrawn('freehand', draw('freehand', ['down', 0, 0], ['move', 9, 0], ['move', 9, 9], ['up', 9, 9])!)).toBe(
    true,
  );
});

it('places whole shapes for who has no pointer', () => {
  for (const kind of ['length', 'angle', 'cobb', 'rectangle', 'ellipse', 'freehand', 'probe', 'arrow', 'text'] as const)
    expect(isDrawn(kind, shapeAround(p(50, 50), 20, kind)), kind).toBe(true);
});
