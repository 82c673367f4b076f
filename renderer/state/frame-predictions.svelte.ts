import { SvelteMap } from 'svelte/reactivity';
import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Client, NetworkInput, Prediction } from '../../main/ipc/contract.ts';
import { frameKey, isFrameOf } from './frame-key.ts';

export type PredictionState =
  { state: 'running' } | { state: 'ok'; prediction: Prediction } | { state: 'failed'; error: ErrorValue };

/** Answers of the network, by image and frame. Main keeps them too; these are for the screen. */
export class FramePredictions {
  readonly #client: Pick<Client, 'invoke'>;
  readonly #states = new SvelteMap<string, PredictionState>();
  /** Grows when the model changes: answers of an older one are dropped. */
  #generation = 0;

  constructor(client: Pick<Client, 'invoke'>) {
    this.#client = client;
  }

  of(imageId: string, frame: number): PredictionState | undefined {
    return this.#states.get(frameKey(imageId, frame));
  }

  /** Classifies unless that is done or underway. */
  async classify(imageId: string, frame: number): Promise<void> {
    const known = this.of(imageId, frame);
    if (known && known.state !== 'failed') return;
    const key = frameKey(imageId, frame);
    const generation = this.#generation;
    this.#states.set(key, { state: 'running' });
    try {
      const prediction = await this.#client.invoke('predictions.classify', { imageId, frame });
      if (generation === this.#generation) this.#states.set(key, { state: 'ok', prediction });
    } catch (error) {
      if (generation === this.#generation) this.#states.set(key, { state: 'failed', error: toErrorValue(error) });
    }
  }

  /** What the network received for a frame. */
  input(imageId: string, frame: number): Promise<NetworkInput> {
    return this.#client.invoke('predictions.input', { imageId, frame });
  }

  forget(imageId: string): void {
    const isOf = isFrameOf(imageId);
    for (const key of [...this.#states.keys()]) if (isOf(key)) this.#states.delete(key);
  }

  /** Another model or device: nothing that was said holds any more. */
  clear(): void {
    this.#generation++;
    this.#states.clear();
  }
}
