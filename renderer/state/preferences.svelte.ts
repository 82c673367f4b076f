import { MEASUREMENT_KINDS, type MeasurementKind } from '../../models/measure/measurement.ts';
import type { PointerTool } from '../viewport/pointer-tools.ts';

/** What the left button can do: a view tool, or draw a kind of measurement. */
export type Tool = PointerTool | MeasurementKind;

/** What the reader set for every pane of the window, until it is closed. */
export class Preferences {
  #tool = $state<Tool>('window');
  #annotations = $state(true);
  #names = $state(true);
  #smooth = $state(true);
  #referenceLines = $state(true);

  /** What a drag with the left button does. */
  get tool(): Tool {
    return this.#tool;
  }

  /** The kind that a drag draws; null where it does something else. */
  get draws(): MeasurementKind | null {
    return MEASUREMENT_KINDS.find((kind) => kind === this.#tool) ?? null;
  }

  /** Texts in the corners of the images. */
  get annotations(): boolean {
    return this.#annotations;
  }

  /** Whether the patient may be named, anywhere in the window and in what it saves. */
  get names(): boolean {
    return this.#names;
  }

  /** Interpolate between pixels when enlarged. */
  get smooth(): boolean {
    return this.#smooth;
  }

  /** The name of a file without its folders; what stands for it where names are hidden, since people name files. */
  fileName(name: string, insteadOfIt: string): string {
    return this.#names ? (name.split('/').at(-1) ?? name) : insteadOfIt;
  }

  useTool(tool: Tool): void {
    this.#tool = tool;
  }

  toggleAnnotations(): void {
    this.#annotations = !this.#annotations;
  }

  toggleNames(): void {
    this.#names = !this.#names;
  }

  /** Lines on each image that show where the active one cuts it. */
  get referenceLines(): boolean {
    return this.#referenceLines;
  }

  toggleReferenceLines(): void {
    this.#referenceLines = !this.#referenceLines;
  }

  toggleSmooth(): void {
    this.#smooth = !this.#smooth;
  }
}
