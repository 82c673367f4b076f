/**
 * Where image pixels fall on the screen. Screen coordinates are CSS pixels from the viewport's top left corner; image
 * coordinates are pixels, where the first pixel covers 0..1. Order: centre, flip, stretch and scale, rotate, pan.
 */
import type { Frame } from '../../models/imaging/frame.ts';
import type { Rotation } from '../../models/imaging/presentation.ts';

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export type { Rotation };

/** How an image is placed. `scale` is screen pixels per image pixel (of its shorter side), or fit to the viewport. */
export interface Placement {
  scale: number | 'fit';
  /** From the viewport's centre to the image's centre, in screen pixels. */
  pan: Point;
  /** Clockwise, after the flips. */
  rotation: Rotation;
  flipHorizontal: boolean;
  flipVertical: boolean;
}

export const DEFAULT_PLACEMENT: Placement = {
  scale: 'fit',
  pan: { x: 0, y: 0 },
  rotation: 0,
  flipHorizontal: false,
  flipVertical: false,
};

export const SMALLEST_SCALE = 0.01;
export const LARGEST_SCALE = 64;

/** Height of a pixel over its width, as it must look: from the aspect ratio, else from a spacing that differs. */
export function pixelAspect(frame: Pick<Frame, 'pixelAspectRatio' | 'spacing'>): number {
  if (frame.pixelAspectRatio !== 1) return frame.pixelAspectRatio;
  return frame.spacing ? frame.spacing.row / frame.spacing.column : 1;
}

/** Stretch of columns and rows that shows an aspect right; the shorter side of a pixel stays 1. */
export function pixelStretch(aspect: number): Point {
  return aspect >= 1 ? { x: 1, y: aspect } : { x: 1 / aspect, y: 1 };
}

/** The largest scale at which the whole image is seen. */
export function fitScale(viewport: Size, image: Size, stretch: Point, rotation: Rotation): number {
  const [width, height] = [image.width * stretch.x, image.height * stretch.y];
  const sideways = rotation === 90 || rotation === 270;
  const [across, down] = sideways ? [height, width] : [width, height];
  return Math.max(SMALLEST_SCALE, Math.min(viewport.width / across, viewport.height / down));
}

/** The four numbers of the linear part: screen = matrix * (image - image centre) + viewport centre + pan. */
function linear(scale: number, stretch: Point, placement: Placement): [number, number, number, number] {
  const x = scale * stretch.x * (placement.flipHorizontal ? -1 : 1);
  const y = scale * stretch.y * (placement.flipVertical ? -1 : 1);
  const [cos, sin] = ROTATIONS[placement.rotation];
  return [cos * x, -sin * y, sin * x, cos * y];
}

const ROTATIONS: Record<Rotation, readonly [cos: number, sin: number]> = {
  0: [1, 0],
  90: [0, 1],
  180: [-1, 0],
  270: [0, -1],
};

export interface Layout {
  viewport: Size;
  image: Size;
  stretch: Point;
  placement: Placement;
}

/** Screen pixels per image pixel, `fit` resolved. */
export function effectiveScale({ viewport, image, stretch, placement }: Layout): number {
  return placement.scale === 'fit' ? fitScale(viewport, image, stretch, placement.rotation) : placement.scale;
}

/** Image point -> screen point. */
export function toScreen(layout: Layout, point: Point): Point {
  const [a, b, c, d] = linear(effectiveScale(layout), layout.stretch, layout.placement);
  const x = point.x - layout.image.width / 2;
  const y = point.y - layout.image.height / 2;
  return {
    x: a * x + b * y + layout.viewport.width / 2 + layout.placement.pan.x,
    y: c * x + d * y + layout.viewport.height / 2 + layout.placement.pan.y,
  };
}

/** Screen point -> image point. */
export function toImage(layout: Layout, point: Point): Point {
  const [a, b, c, d] = linear(effectiveScale(layout), layout.stretch, layout.placement);
  const x = point.x - layout.viewport.width / 2 - layout.placement.pan.x;
  const y = point.y - layout.viewport.height / 2 - layout.placement.pan.y;
  const determinant = a * d - b * c;
  return {
    x: (d * x - b * y) / determinant + layout.image.width / 2,
    y: (a * y - c * x) / determinant + layout.image.height / 2,
  };
}

/** Zooms by a factor so that what is under `anchor` (screen) stays there. */
export function zoomAround(layout: Layout, factor: number, anchor: Point): Placement {
  const from = effectiveScale(layout);
  const scale = Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, from * factor));
  const ratio = scale / from;
  const x = anchor.x - layout.viewport.width / 2;
  const y = anchor.y - layout.viewport.height / 2;
  const { pan } = layout.placement;
  return { ...layout.placement, scale, pan: { x: x - (x - pan.x) * ratio, y: y - (y - pan.y) * ratio } };
}

/** A quarter turn clockwise; what was panned turns along. */
export function rotateClockwise(placement: Placement): Placement {
  const rotation = ((placement.rotation + 90) % 360) as Rotation;
  return { ...placement, rotation, pan: { x: -placement.pan.y, y: placement.pan.x } };
}

/**
 * Mirrors what is on the screen left to right, or top to bottom. Flips come before the rotation, so a sideways image
 * has to flip along its other axis.
 */
export function flipOnScreen(placement: Placement, axis: 'horizontal' | 'vertical'): Placement {
  const sideways = placement.rotation === 90 || placement.rotation === 270;
  const horizontal = (axis === 'horizontal') !== sideways;
  const { pan } = placement;
  return {
    ...placement,
    pan: axis === 'horizontal' ? { x: -pan.x, y: pan.y } : { x: pan.x, y: -pan.y },
    flipHorizontal: horizontal ? !placement.flipHorizontal : placement.flipHorizontal,
    flipVertical: horizontal ? placement.flipVertical : !placement.flipVertical,
  };
}
