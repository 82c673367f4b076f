import { EventEmitter } from 'node:events';
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { fromText, toText, type Reply, type Sending } from './transfer.ts';

type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;

class StandInIpcMain extends EventEmitter {
  readonly #handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  /** What a page has sent. Answers text for an invocation, null for a message. */
  async receive(event: IpcMainEvent | IpcMainInvokeEvent, sending: Sending, text: string): Promise<string | null> {
    const [channel, ...args] = fromText(text) as [string, ...unknown[]];
    if (sending === 'send') {
      this.emit(channel, event, ...args);
      return null;
    }
    return toText(await this.#invoke(event as IpcMainInvokeEvent, channel, args));
  }

  async #invoke(event: IpcMainInvokeEvent, channel: string, args: readonly unknown[]): Promise<Reply> {
    const handler = this.#handlers.get(channel);
    if (!handler) return { ok: false, message: `No handler registered for '${channel}'` };
    try {
      return { ok: true, value: await handler(event, ...args) };
    } catch (error) {
      return { ok: false, message: String(error) };
    }
  }
}

export const ipcMain = new StandInIpcMain() satisfies Pick<IpcMain, 'handle' | 'removeHandler'>;
