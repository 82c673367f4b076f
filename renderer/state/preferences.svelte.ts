import type { PointerTool } from '../viewport/pointer-tools.ts';

/** What the reader set for every pane of the window, until it is closed. */
export class Preferences {
  #tool = $state<PointerTool>('window');
  #annotations = $state(true);
  #names = $state(true);
  #smooth = $state(true);

  /** What a drag with the left button does. */
  get tool(): PointerTool {
    return this.#tool;
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

  useTool(tool: PointerTool): void {
    this.#tool = tool;
  }

  toggleAnnotations(): void {
    this.#annotations = !this.#annotations;
  }

  toggleNames(): void {
    this.#names = !this.#names;
  }

  toggleSmooth(): void {
    this.#smooth = !this.#smooth;
  }
}
