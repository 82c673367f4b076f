import type { Client } from '../../main/ipc/contract.ts';
import type { Pane } from './pane.svelte.ts';
import { finishSave } from './save-result.ts';

/** The report of what a pane shows; one at a time. */
export class ReportState {
  readonly #client: Pick<Client, 'invoke'>;
  #saving = $state(false);

  constructor(client: Pick<Client, 'invoke'>) {
    this.#client = client;
  }

  get saving(): boolean {
    return this.#saving;
  }

  /** Saves the report of the selected frame, as it is windowed; answers what to tell the reader, null if nothing. */
  async save({ overlay, selection, shownClass, view }: Pane): Promise<string | null> {
    const { item } = selection;
    if (!item || shownClass === null || this.#saving) return null;
    this.#saving = true;
    try {
      const window = view.voi?.kind === 'window' ? { center: view.voi.center, width: view.voi.width } : null;
      const overlayOpacity = overlay.visible ? overlay.opacity : 0;
      const request = { ...item, classIndex: shownClass, window, overlayOpacity };
      return finishSave(await this.#client.invoke('reports.save', request));
    } finally {
      this.#saving = false;
    }
  }
}
