import type { Frame, Voi } from '../../main/ipc/contract.ts';
import { defaultVoi } from '../../models/imaging/voi.ts';
import {
  DEFAULT_PLACEMENT,
  flipOnScreen,
  rotateClockwise,
  zoomAround,
  type Layout,
  type Placement,
  type Point,
} from '../viewport/view-transform.ts';

export type Tool = 'window' | 'pan' | 'zoom';

/** How images are shown: tool, placement, window, inversion, texts. Kept while stepping through a series. */
export class View {
  #tool = $state<Tool>('window');
  #placement = $state.raw<Placement>(DEFAULT_PLACEMENT);
  #voi = $state.raw<Voi | null>(null);
  #inverted = $state(false);
  #texts = $state(true);
  #names = $state(true);
  #smooth = $state(true);

  get tool(): Tool {
    return this.#tool;
  }

  get placement(): Placement {
    return this.#placement;
  }

  /** The reader's own window or table; null: as each file asks. */
  get voi(): Voi | null {
    return this.#voi;
  }

  /** The reader's inversion, on top of what the file asks. */
  get inverted(): boolean {
    return this.#inverted;
  }

  /** Texts in the corners. */
  get texts(): boolean {
    return this.#texts;
  }

  /** The patient's name and number among them. */
  get names(): boolean {
    return this.#names;
  }

  /** Interpolate between pixels when enlarged. */
  get smooth(): boolean {
    return this.#smooth;
  }

  useTool(tool: Tool): void {
    this.#tool = tool;
  }

  setVoi(voi: Voi | null): void {
    this.#voi = voi;
  }

  toggleInvert(): void {
    this.#inverted = !this.#inverted;
  }

  toggleTexts(): void {
    this.#texts = !this.#texts;
  }

  toggleNames(): void {
    this.#names = !this.#names;
  }

  toggleSmooth(): void {
    this.#smooth = !this.#smooth;
  }

  fit(): void {
    this.#placement = { ...this.#placement, scale: 'fit', pan: { x: 0, y: 0 } };
  }

  pan(by: Point): void {
    const { pan } = this.#placement;
    this.#placement = { ...this.#placement, pan: { x: pan.x + by.x, y: pan.y + by.y } };
  }

  zoom(layout: Layout, factor: number, anchor: Point): void {
    this.#placement = zoomAround({ ...layout, placement: this.#placement }, factor, anchor);
  }

  /** One image pixel per screen pixel. */
  actualSize(): void {
    this.#placement = { ...this.#placement, scale: 1, pan: { x: 0, y: 0 } };
  }

  rotate(): void {
    this.#placement = rotateClockwise(this.#placement);
  }

  flip(axis: 'horizontal' | 'vertical'): void {
    this.#placement = flipOnScreen(this.#placement, axis);
  }

  /** As the file asks; what the reader chose for all images (tool, texts) stays. */
  reset(): void {
    this.#placement = DEFAULT_PLACEMENT;
    this.#voi = null;
    this.#inverted = false;
  }
}

/** The VOI that shows a grayscale frame: the reader's, else the file's first valid one, else the automatic window. */
export function shownVoi(frame: Frame, chosen: Voi | null): Voi {
  return chosen ?? defaultVoi(frame);
}
