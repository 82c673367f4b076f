import { fromErrorValue } from '../../models/errors.ts';
import type { ModelSelection, NetworkInput, Prediction } from '../../worker/protocol.ts';
import type { Api } from '../ipc/contract.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Requests } from './classify.ts';

const CACHE_BYTES = 64 * 2 ** 20;

/** What the chosen model says of the open images, with heat maps; kept, so that asking again is free. */
export class Predictions {
  readonly #requests: Requests;
  readonly #pathOf: (imageId: string) => string;
  readonly #model: () => Promise<ModelSelection>;
  readonly #cache = new AnswerCache<Prediction>(CACHE_BYTES, ({ heatMaps, classes }) =>
    (heatMaps ?? []).reduce((sum, { values }) => sum + values.byteLength, 1000 + 100 * classes.length),
  );

  /**
   * @param pathOf throws where no image of that id is open
   * @param model the model and the device of the settings
   */
  constructor(requests: Requests, pathOf: (imageId: string) => string, model: () => Promise<ModelSelection>) {
    this.#requests = requests;
    this.#pathOf = pathOf;
    this.#model = model;
  }

  async classify({ imageId, frame }: Api['predictions.classify']['params']): Promise<Prediction> {
    const image = { path: this.#pathOf(imageId), frame };
    const model = await this.#model();
    const key = JSON.stringify([imageId, frame, model.directory, model.engine, model.device]);
    return this.#cache.get(key, async () => {
      const [outcome] = await this.#requests.request('model.classify', { images: [image], model, heatMaps: true });
      if (!outcome!.ok) throw fromErrorValue(outcome!.error);
      return outcome!.prediction;
    });
  }

  async input({ imageId, frame }: Api['predictions.input']['params']): Promise<NetworkInput> {
    const path = this.#pathOf(imageId);
    return this.#requests.request('model.input', { path, frame, model: await this.#model() });
  }

  /** Lets go of what was said of images that are no longer open. */
  forget(imageIds: readonly string[]): void {
    const gone = new Set(imageIds);
    this.#cache.deleteWhere((key) => gone.has((JSON.parse(key) as [string])[0]));
  }
}
