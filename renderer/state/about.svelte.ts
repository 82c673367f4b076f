import type { AppInfo, Client } from '../../main/ipc/contract.ts';

/** Until main has answered; the notice must stand from the first moment. */
const UNTOLD: AppInfo = {
  name: 'HiFuse Viewer',
  version: '',
  host: 'browser',
  notice: 'For research use only. Not a medical device.',
  platform: '',
  warnings: [],
};

/** What this application is, as main says. */
export class About {
  readonly #client: Pick<Client, 'invoke'>;
  #info = $state.raw<AppInfo>(UNTOLD);

  constructor(client: Pick<Client, 'invoke'>) {
    this.#client = client;
  }

  get info(): AppInfo {
    return this.#info;
  }

  async load(): Promise<void> {
    this.#info = await this.#client.invoke('app.info', null);
  }
}
