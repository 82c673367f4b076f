import type { FrameCache } from './frame-cache.ts';
import type { Selection, StackItem } from './selection.svelte.ts';

export const FRAME_RATES = [5, 10, 15, 24, 30, 60] as const;
const DEFAULT_RATE = 15;

/** Plays the frames of the selected series in a loop. The next frame is shown when it is here and its time has come. */
export class Cine {
  readonly #selection: Selection;
  readonly #frames: FrameCache;
  readonly #show: (item: StackItem) => void;
  #playing = $state(false);
  #rate = $state<number | null>(null);
  #run = 0;

  /** @param show called with each frame at its time */
  constructor(selection: Selection, frames: FrameCache, show: (item: StackItem) => void) {
    this.#selection = selection;
    this.#frames = frames;
    this.#show = show;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get possible(): boolean {
    return this.#selection.stack.length > 1;
  }

  /** Frames per second: chosen, else the file's, else 15. */
  get rate(): number {
    const frameTime = this.#selection.image?.header?.frameTime;
    return this.#rate ?? (frameTime ? Math.min(60, Math.max(1, Math.round(1000 / frameTime))) : DEFAULT_RATE);
  }

  setRate(rate: number | null): void {
    this.#rate = rate;
  }

  toggle(): void {
    if (this.#playing) this.stop();
    else if (this.possible) void this.#play();
  }

  stop(): void {
    this.#playing = false;
    this.#run++;
  }

  async #play(): Promise<void> {
    const run = ++this.#run;
    this.#playing = true;
    const series = this.#selection.series?.id;
    while (run === this.#run) {
      const started = performance.now();
      const { stack, position } = this.#selection;
      const next = stack[(position + 1) % stack.length];
      if (!next || this.#selection.series?.id !== series) break;
      // A frame that cannot be decoded shows its error; playing goes on behind it.
      await this.#frames.get(next.imageId, next.frame).catch(() => undefined);
      const rest = 1000 / this.rate - (performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)));
      if (run === this.#run) this.#show(next);
    }
    if (run === this.#run) this.#playing = false;
  }
}
