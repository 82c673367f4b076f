import { heatMapOverlay } from '../../models/imaging/heatmap.ts';
import type { HeatMap } from '../../main/ipc/contract.ts';
import { leavesOut, type Rectangle } from '../../models/imaging/rectangle.ts';
import { toScreen, type Layout, type Point } from './view-transform.ts';

/** Side of the painted map: twice the network's input, more shows nothing new of a grid of 7 x 7. */
const MAP_SIZE = 448;
const WHOLE_MAP = { left: 0, top: 0, width: MAP_SIZE, height: MAP_SIZE };

export interface OverlayLook {
  /** null: no map. */
  map: HeatMap | null;
  opacity: number;
  /** What the network saw, in image pixels; null: unknown. */
  region: Rectangle | null;
  /** Outline it and dim what was cropped out. */
  outline: boolean;
}

const OUTLINE = { colour: '#4cc2ff', halo: 'rgba(0, 0, 0, 0.75)', dim: 'rgba(0, 0, 0, 0.5)', dash: 6 };

function corners({ left, top, width, height }: Rectangle): Point[] {
  const [right, bottom] = [left + width, top + height];
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

/** Paints heat maps and outlines over an image that was just drawn. Maps are coloured once and kept while they live. */
export class OverlayPainter {
  readonly #painted = new WeakMap<HeatMap, HTMLCanvasElement>();

  /** Draws the map where the network looked. The context stands in image pixels. */
  drawMap(context: CanvasRenderingContext2D, { map, opacity, region }: OverlayLook): void {
    if (!map || !region || opacity <= 0) return;
    context.save();
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#canvasOf(map), region.left, region.top, region.width, region.height);
    context.restore();
  }

  /** Draws the outline in screen pixels, so that its line is as wide at every zoom; none where the network saw all. */
  drawOutline(
    context: CanvasRenderingContext2D,
    { region, outline }: OverlayLook,
    layout: Layout,
    density: number,
  ): void {
    if (!region || !outline || !leavesOut(region, layout.image)) return;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    const frame = corners(region).map((point) => toScreen(layout, point));
    const whole = corners({ left: 0, top: 0, ...layout.image }).map((point) => toScreen(layout, point));
    context.beginPath();
    path(context, whole);
    path(context, frame);
    context.fillStyle = OUTLINE.dim;
    context.fill('evenodd');
    context.beginPath();
    path(context, frame);
    context.lineWidth = 3 * density;
    context.strokeStyle = OUTLINE.halo;
    context.stroke();
    context.lineWidth = 1.25 * density;
    context.setLineDash([OUTLINE.dash * density, OUTLINE.dash * density]);
    context.strokeStyle = OUTLINE.colour;
    context.stroke();
    context.restore();
  }

  #canvasOf(map: HeatMap): HTMLCanvasElement {
    const kept = this.#painted.get(map);
    if (kept) return kept;
    const canvas = document.createElement('canvas');
    canvas.width = MAP_SIZE;
    canvas.height = MAP_SIZE;
    const pixels = heatMapOverlay(map, MAP_SIZE, MAP_SIZE, WHOLE_MAP);
    canvas.getContext('2d')?.putImageData(new ImageData(pixels, MAP_SIZE, MAP_SIZE), 0, 0);
    this.#painted.set(map, canvas);
    return canvas;
  }
}

function path(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  points.forEach(({ x, y }, index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
}
