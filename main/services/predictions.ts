import { HifuseError } from '../../models/errors.ts';
import type { ModelSelection, NetworkInput, Prediction } from '../../worker/protocol.ts';
import type { Api } from '../ipc/contract.ts';
import { AnswerCache } from './answer-cache.ts';
import { classifyOne, type Requests } from './classify.ts';
import { fileVersion } from './file-version.ts';

const CACHE_BYTES = 64 * 2 ** 20;

/** A prediction with heat maps, of which open image, and by which model. */
export interface KeptPrediction {
  imageId: string;
  prediction: Prediction;
  model: ModelSelection;
}

function bytesOf({ prediction: { heatMaps, classes } }: KeptPrediction): number {
  return (heatMaps ?? []).reduce((sum, { values }) => sum + values.byteLength, 1000 + 100 * classes.length);
}

/**
 * What the chosen model says of the open images, with heat maps; kept as long as the file stays the same, so that asking
 * again is free and a report can be made of what was shown.
 */
export class Predictions {
  readonly #requests: Requests;
  readonly #pathOf: (imageId: string) => string;
  readonly #model: () => Promise<ModelSelection>;
  readonly #cache = new AnswerCache<KeptPrediction>(CACHE_BYTES, bytesOf);

  /**
   * @param pathOf throws where no image of that id is open
   * @param model the model and the device of the settings
   */
  constructor(requests: Requests, pathOf: (imageId: string) => string, model: () => Promise<ModelSelection>) {
    this.#requests = requests;
    this.#pathOf = pathOf;
    this.#model = model;
  }

  async classify({ imageId, frame }: Api['predictions.classify']['params'], signal?: AbortSignal): Promise<Prediction> {
    const path = this.#pathOf(imageId);
    const [model, version] = await Promise.all([this.#model(), fileVersion(path)]);
    const kept = await this.#cache.get(
      [imageId, frame, version, model.directory, model.engine, model.device],
      async (unwanted) => ({
        imageId,
        model,
        prediction: await classifyOne(this.#requests, { path, frame }, model, unwanted),
      }),
      signal,
    );
    return kept.prediction;
  }

  /** A prediction that was given before. @throws HifuseError `prediction.gone` */
  kept(predictionId: string): KeptPrediction {
    const kept = this.#cache.find(({ prediction }) => prediction.id === predictionId);
    if (kept) return kept;
    throw new HifuseError('prediction.gone');
  }

  async input({ imageId, frame }: Api['predictions.input']['params']): Promise<NetworkInput> {
    const path = this.#pathOf(imageId);
    return this.#requests.request('model.input', { path, frame, model: await this.#model() });
  }

  /** Lets go of what was said of images that are no longer open. */
  forget(imageIds: readonly string[]): void {
    this.#cache.forget(imageIds);
  }
}
