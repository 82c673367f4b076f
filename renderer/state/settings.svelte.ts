import type { Client, Settings } from '../../main/ipc/contract.ts';

/** The settings as main keeps them; null until they are here. */
export class SettingsState {
  readonly #client: Client;
  #value = $state.raw<Settings | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  get value(): Settings | null {
    return this.#value;
  }

  /** Takes settings that main sent. Answers whether they name another model or device than before. */
  update(value: Settings): boolean {
    const before = this.#value;
    this.#value = value;
    return (
      before !== null &&
      (before.modelId !== value.modelId || before.engine !== value.engine || before.device !== value.device)
    );
  }

  async load(): Promise<void> {
    this.update(await this.#client.invoke('settings.get', null));
  }

  /** The answer also comes as the event `settings.changed`, which is what updates the screen. */
  async set(changes: Partial<Settings>): Promise<void> {
    await this.#client.invoke('settings.set', changes);
  }
}
