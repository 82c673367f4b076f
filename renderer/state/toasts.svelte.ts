import { toErrorValue } from '../../models/errors.ts';
import type { Texts } from '../../models/texts/texts.ts';

export interface Toast {
  id: number;
  kind: 'info' | 'success' | 'error';
  text: string;
  action: { label: string; run: () => void } | null;
}

export const TOAST_MILLISECONDS = 8000;

/** Short messages that go by themselves; errors stay until they are closed. */
export class Toasts {
  #items = $state.raw<readonly Toast[]>([]);
  #next = 1;
  readonly #texts: Texts;

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  get items(): readonly Toast[] {
    return this.#items;
  }

  show(kind: Toast['kind'], text: string, action: Toast['action'] = null): number {
    const toast: Toast = { id: this.#next++, kind, text, action };
    // The same message twice is one message; more than four hide the image.
    this.#items = [...this.#items.filter((item) => item.text !== text), toast].slice(-4);
    if (kind !== 'error') setTimeout(() => this.dismiss(toast.id), TOAST_MILLISECONDS);
    return toast.id;
  }

  dismiss(id: number): void {
    this.#items = this.#items.filter((item) => item.id !== id);
  }

  /** Does something for the reader, who is told if it fails; what they cancelled themselves is no failure. */
  async attempt(action: () => unknown): Promise<void> {
    try {
      await action();
    } catch (error) {
      const value = toErrorValue(error);
      if (value.code !== 'request.cancelled') this.show('error', this.#texts.error(value));
    }
  }
}
