import type { Client } from '../../main/ipc/contract.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { Pane } from './pane.svelte.ts';
import type { Preferences } from './preferences.svelte.ts';
import { finishSave } from './save-result.ts';

/** The report of what a pane shows; one at a time. */
export class ReportState {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #preferences: Pick<Preferences, 'names'>;
  readonly #texts: Texts;
  #saving = $state(false);

  constructor(client: Pick<Client, 'invoke'>, preferences: Pick<Preferences, 'names'>, texts: Texts) {
    this.#texts = texts;
    this.#client = client;
    this.#preferences = preferences;
  }

  get saving(): boolean {
    return this.#saving;
  }

  /** Saves the report of the prediction that is shown, as it is displayed; answers what to tell the reader, null if nothing. */
  async save({ overlay, prediction, shownAnyway, shownClass, view }: Pane): Promise<string | null> {
    if (!prediction || this.#saving) return null;
    this.#saving = true;
    try {
      const { rotation, flipHorizontal, flipVertical } = view.placement;
      const overlayOpacity = overlay.visible && shownClass !== null ? overlay.opacity : 0;
      const request = {
        predictionId: prediction.id,
        classIndex: shownClass ?? prediction.top1,
        presentation: { voi: view.voi, inverted: view.inverted, rotation, flipHorizontal, flipVertical },
        overlayOpacity,
        shownAnyway,
        names: this.#preferences.names,
      };
      return finishSave(await this.#client.invoke('reports.save', request), this.#texts);
    } finally {
      this.#saving = false;
    }
  }
}
