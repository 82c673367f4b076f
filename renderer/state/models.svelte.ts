import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Client, DamagedModel, DeviceReport, ModelInfo, ModelSummary } from '../../main/ipc/contract.ts';

/** The models that are installed, the one that is loaded, and what its devices said. */
export class Models {
  readonly #client: Client;
  #all = $state.raw<readonly ModelSummary[]>([]);
  #damaged = $state.raw<readonly DamagedModel[]>([]);
  #info = $state.raw<ModelInfo | null>(null);
  #infoError = $state.raw<ErrorValue | null>(null);
  #devices = $state.raw<readonly DeviceReport[] | null>(null);
  #probing = $state(false);
  #request = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  get all(): readonly ModelSummary[] {
    return this.#all;
  }

  /** Installed packages that cannot be used, with what is wrong with them. */
  get damaged(): readonly DamagedModel[] {
    return this.#damaged;
  }

  /** The model as loaded, with the device that really runs it; null while loading or after a failure. */
  get info(): ModelInfo | null {
    return this.#info;
  }

  get infoError(): ErrorValue | null {
    return this.#infoError;
  }

  /** What every device said when it was tried; null until the panel asked. */
  get devices(): readonly DeviceReport[] | null {
    return this.#devices;
  }

  get probing(): boolean {
    return this.#probing;
  }

  byId(id: string): ModelSummary | undefined {
    return this.#all.find((model) => model.id === id);
  }

  async load(): Promise<void> {
    [this.#all, this.#damaged] = await Promise.all([
      this.#client.invoke('models.list', null),
      this.#client.invoke('models.damaged', null),
    ]);
  }

  /** Asks for the loaded model again; the last request wins. */
  async refreshInfo(): Promise<void> {
    const request = ++this.#request;
    this.#info = null;
    this.#infoError = null;
    this.#devices = null;
    try {
      const info = await this.#client.invoke('models.info', null);
      if (request === this.#request) this.#info = info;
    } catch (error) {
      if (request === this.#request) this.#infoError = toErrorValue(error);
    }
  }

  /** Tries every device; rejects with what main answered. */
  async probe(): Promise<void> {
    this.#probing = true;
    try {
      this.#devices = await this.#client.invoke('models.devices', null);
    } finally {
      this.#probing = false;
    }
  }
}
