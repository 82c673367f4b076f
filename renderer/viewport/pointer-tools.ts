import type { Frame, Voi, VoiWindow } from '../../models/imaging/frame.ts';
import { windowOf } from '../../models/imaging/voi.ts';
import type { Tool } from '../state/view.svelte.ts';

/** What a drag does: the chosen tool on the left, pan on the middle, zoom on the right button, as workstations do. */
export function toolOfButton(button: number, chosen: Tool): Tool {
  return button === 1 ? 'pan' : button === 2 ? 'zoom' : chosen;
}

const WIDTH_PER_PIXEL = 0.006;
const CENTER_PER_PIXEL = 0.003;
/** A table has no centre and width to drag: dragging starts from the automatic window. */
const startWindow = (voi: Voi, frame: Frame): VoiWindow => (voi.kind === 'window' ? voi : frame.automaticWindow);

/**
 * The window after a drag: to the right wider, up brighter. Steps follow the width, so that 8-bit images and CT feel
 * alike; the function of the file's window is kept.
 */
export function dragWindow(frame: Frame, voi: Voi, dx: number, dy: number): VoiWindow {
  const start = startWindow(voi, frame);
  const whole = Number.isInteger(frame.rescale.slope) && Number.isInteger(frame.rescale.intercept) && isInteger(frame);
  const smallest = whole ? 1 : (frame.automaticWindow.width || 1) * 1e-4;
  const width = Math.max(smallest, start.width * Math.exp(dx * WIDTH_PER_PIXEL));
  // A bright screen needs a low centre; for an inverted image it is the other way round.
  const center = start.center + dy * CENTER_PER_PIXEL * start.width * (frame.invert ? -1 : 1);
  const kept = start.function === 'LINEAR' && width < 1 ? windowOf(center, width) : { ...start, center, width };
  return { ...kept, explanation: '' };
}

const isInteger = (frame: Frame): boolean =>
  !(frame.pixels instanceof Float32Array || frame.pixels instanceof Float64Array);

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
