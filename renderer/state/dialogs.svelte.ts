/** Dialogs of the app; at most one is open. */
export type DialogRequest =
  | { name: 'help' }
  | { name: 'about' }
  | { name: 'model-card'; modelId: string }
  | { name: 'devices' }
  | { name: 'elements'; imageId: string }
  | { name: 'skipped' }
  | { name: 'browse'; kind: 'files' | 'folder' }
  | { name: 'import'; file: File | null };

export class Dialogs {
  #open = $state.raw<DialogRequest | null>(null);

  get open(): DialogRequest | null {
    return this.#open;
  }

  show(request: DialogRequest): void {
    this.#open = request;
  }

  close(): void {
    this.#open = null;
  }
}
