import { MOST_POINTS, POINT_COUNTS, type MeasurementKind, type Point } from '../../models/measure/measurement.ts';

/** Pixels of the screen that a pointer moves while it is meant to stay. */
const SLACK = 3;

/** Pixels of the screen between two points of a freehand outline. */
const STRIDE = 2;

/** What a step of the pen makes of a drawing. */
export interface Stroke {
  points: readonly Point[];
  /** Nothing is missing. */
  complete: boolean;
}

/**
 * Draws a shape point by point, whichever way the reader likes: by clicks, by dragging from point to point, or both. Points
 * are image coordinates; `at` is where the pointer is on the screen.
 */
export class DrawingPen {
  readonly kind: MeasurementKind;
  /** The last one follows the pointer. */
  #points: Point[];
  #down: Point;

  constructor(kind: MeasurementKind, point: Point, at: Point) {
    this.kind = kind;
    this.#points = POINT_COUNTS[kind] === 1 ? [point] : [point, point];
    this.#down = at;
  }

  get stroke(): Stroke {
    return { points: this.#points, complete: false };
  }

  move(point: Point, at: Point): Stroke {
    if (this.kind === 'freehand') {
      if (this.#isFar(at) && this.#points.length < MOST_POINTS) {
        this.#points = [...this.#points, point];
        this.#down = at;
      }
    } else this.#points = [...this.#points.slice(0, -1), point];
    return { points: this.#points, complete: false };
  }

  /** The button goes down again: the point that follows the pointer stays here. */
  down(point: Point, at: Point): Stroke {
    this.move(point, at);
    this.#down = at;
    return this.#fix();
  }

  /** The button comes up: where the pointer was dragged, that places a point, too. */
  up(point: Point, at: Point): Stroke {
    if (this.kind === 'freehand') return { points: this.#points, complete: true };
    if (POINT_COUNTS[this.kind] === 1) return { ...this.move(point, at), complete: true };
    if (Math.hypot(at.x - this.#down.x, at.y - this.#down.y) <= SLACK) return { points: this.#points, complete: false };
    this.move(point, at);
    return this.#fix();
  }

  #fix(): Stroke {
    const complete = this.#points.length === POINT_COUNTS[this.kind];
    if (!complete) this.#points = [...this.#points, this.#points.at(-1)!];
    return { points: this.#points, complete };
  }

  #isFar(at: Point): boolean {
    return Math.hypot(at.x - this.#down.x, at.y - this.#down.y) >= STRIDE;
  }
}

/** Whether a finished outline surrounds anything: a stray click with a tool that draws leaves no speck. */
export const isDrawn = (kind: MeasurementKind, points: readonly Point[]): boolean =>
  kind === 'freehand' ? points.length >= 3 : points.length === POINT_COUNTS[kind];

/** A shape in the middle of what is seen, for who draws without a pointer: as large as a quarter of it. */
export function shapeAround({ x, y }: Point, size: number, kind: MeasurementKind): Point[] {
  const [near, far] = [-size / 2, size / 2];
  const at = (dx: number, dy: number): Point => ({ x: x + dx, y: y + dy });
  switch (kind) {
    case 'probe':
    case 'text':
      return [at(0, 0)];
    case 'length':
      return [at(near, 0), at(far, 0)];
    case 'arrow':
      return [at(0, 0), at(far, far)];
    case 'angle':
      return [at(far, near), at(near, 0), at(far, far)];
    case 'cobb':
      return [at(near, near), at(far, near), at(near, far), at(far, near / 2 + far)];
    case 'rectangle':
    case 'ellipse':
      return [at(near, near), at(far, far)];
    case 'freehand':
      return [at(0, near), at(far, 0), at(0, far), at(near, 0)];
  }
}
