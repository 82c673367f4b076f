import type { Frame, Voi, VoiWindow } from '../../models/imaging/frame.ts';
import { windowOf } from '../../models/imaging/voi.ts';
import type { View } from '../state/view.svelte.ts';
import { zoomAround, type Layout, type Point } from './view-transform.ts';

/** What a drag begins with. */
export interface DragStart {
  view: View;
  frame: Frame;
  layout: Layout;
  /** As shown; null for colour images. */
  voi: Voi | null;
  /** Where the pointer went down, in the viewport. */
  at: Point;
}

/** A drag that has begun: takes how far the pointer is from where it began, in screen pixels. */
export type Drag = (by: Point) => void;

interface Tool {
  /** CSS cursor over the image. */
  cursor: string;
  begin: (start: DragStart) => Drag;
}

/** What a drag can do. */
export const POINTER_TOOLS = {
  window: {
    cursor: 'crosshair',
    begin: ({ view, frame, voi }) => {
      return ({ x, y }) => {
        if (voi) view.setVoi(dragWindow(frame, voi, x, y));
      };
    },
  },
  pan: {
    cursor: 'grab',
    begin: ({ view }) => {
      const { placement } = view;
      return ({ x, y }) => view.place({ ...placement, pan: { x: placement.pan.x + x, y: placement.pan.y + y } });
    },
  },
  zoom: {
    cursor: 'zoom-in',
    begin: ({ view, layout, at }) => {
      return ({ y }) => view.place(zoomAround(layout, dragZoom(y), at));
    },
  },
} as const satisfies Record<string, Tool>;

export type PointerTool = keyof typeof POINTER_TOOLS;

/** What a drag does: the chosen tool on the left, pan on the middle, zoom on the right button, as workstations do. */
export function toolOfButton(button: number, chosen: PointerTool): PointerTool {
  return button === 1 ? 'pan' : button === 2 ? 'zoom' : chosen;
}

const WIDTH_PER_PIXEL = 0.006;
const CENTER_PER_PIXEL = 0.003;
/** A table has no centre and width to drag: dragging starts from the automatic window. */
const startWindow = (voi: Voi, frame: Frame): VoiWindow => (voi.kind === 'window' ? voi : frame.automaticWindow);

/**
 * The window after a drag: to the right wider, up brighter. Steps follow the width, so that 8-bit images and CT feel
 * alike; the function of the file's window is kept. Where values are whole, so are centre and width.
 */
export function dragWindow(frame: Frame, voi: Voi, dx: number, dy: number): VoiWindow {
  const start = startWindow(voi, frame);
  const whole = hasWholeValues(frame);
  const smallest = whole ? 1 : (frame.automaticWindow.width || 1) * 1e-4;
  const width = Math.max(smallest, start.width * Math.exp(dx * WIDTH_PER_PIXEL));
  // A bright screen needs a low centre; for an inverted image it is the other way round.
  const center = start.center + dy * CENTER_PER_PIXEL * start.width * (frame.invert ? -1 : 1);
  const moved = whole ? { center: Math.round(center), width: Math.round(width) } : { center, width };
  const kept = start.function === 'LINEAR' && moved.width < 1 ? windowOf(center, width) : { ...start, ...moved };
  return { ...kept, explanation: '' };
}

/** Whether all modality values of a frame are whole numbers. */
function hasWholeValues({ pixels, rescale }: Frame): boolean {
  if (pixels instanceof Float32Array || pixels instanceof Float64Array) return false;
  return Number.isInteger(rescale.slope) && Number.isInteger(rescale.intercept);
}

/** Zoom factor of a vertical drag: up is larger. */
export const dragZoom = (dy: number): number => Math.exp(-dy * 0.008);

/** Zoom factor of a wheel step with Ctrl, and of a pinch on a touchpad, which sends many small ones. */
export const wheelZoom = (deltaY: number): number => Math.exp(-Math.max(-60, Math.min(60, deltaY)) * 0.006);

const LINE_PIXELS = 40;

/** Counts wheel movement into whole steps, so that touchpads do not race through a series. */
export class WheelSteps {
  #rest = 0;

  /** Steps (signed) that an event adds up to. A notch of a wheel is always one. */
  add(event: Pick<WheelEvent, 'deltaY' | 'deltaMode'>): number {
    if (event.deltaMode !== 0) return Math.sign(event.deltaY);
    if (Math.sign(event.deltaY) !== Math.sign(this.#rest)) this.#rest = 0;
    this.#rest += event.deltaY;
    const steps = Math.trunc(this.#rest / LINE_PIXELS);
    this.#rest -= steps * LINE_PIXELS;
    // A notch of 100 or 120 pixels is one step, not three.
    return Math.sign(steps);
  }
}
