import { WebSocket } from 'ws';
import type { PageGlobals, Socket } from '../ipc/client.ts';

/** What a browser that opened `address` would hand to the client: its socket tells the page's origin. */
export function socketPage(address: string): PageGlobals {
  const { origin } = new URL(address);
  class PageSocket extends WebSocket {
    constructor(socketAddress: string) {
      super(socketAddress, { origin });
      // In a browser an error is told by `close` alone.
      this.on('error', () => undefined);
    }
  }
  return {
    location: { href: address },
    // The same members as in a browser, with ws's own event types.
    WebSocket: PageSocket as unknown as new (address: string) => Socket,
    setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds).unref(),
  };
}
