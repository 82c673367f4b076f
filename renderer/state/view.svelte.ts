import type { Voi } from '../../main/ipc/contract.ts';
import { DEFAULT_PLACEMENT, flipOnScreen, rotateClockwise, type Placement } from '../viewport/view-transform.ts';

/** How a pane shows its images: placement, window, inversion. Kept while stepping through one subject. */
export class View {
  #placement = $state.raw<Placement>(DEFAULT_PLACEMENT);
  #voi = $state.raw<Voi | null>(null);
  #inverted = $state(false);

  get placement(): Placement {
    return this.#placement;
  }

  /** The reader's own window or table; null: each file's default. */
  get voi(): Voi | null {
    return this.#voi;
  }

  /** The reader's inversion, on top of the file's own. */
  get inverted(): boolean {
    return this.#inverted;
  }

  place(placement: Placement): void {
    this.#placement = placement;
  }

  setVoi(voi: Voi | null): void {
    this.#voi = voi;
  }

  toggleInvert(): void {
    this.#inverted = !this.#inverted;
  }

  invert(inverted: boolean): void {
    this.#inverted = inverted;
  }

  fit(): void {
    this.#placement = { ...this.#placement, scale: 'fit', pan: { x: 0, y: 0 } };
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

  /** As the file is shown at first. */
  reset(): void {
    this.#placement = DEFAULT_PLACEMENT;
    this.#voi = null;
    this.#inverted = false;
  }
}
