/** What `require('electron')` gives a preload script. Runs in the page, before its own scripts. */
import type { ContextBridge, IpcRenderer, IpcRendererEvent, WebUtils } from 'electron';
import { fromText, toText, type Reply, type Sending } from './transfer.ts';

declare global {
  interface Window {
    /** Playwright's binding. */
    standInSend(sending: Sending, message: string): Promise<string | null>;
    /** Called by the process. */
    standInReceive(message: string): void;
  }
}

type Listener = (event: IpcRendererEvent, ...args: unknown[]) => void;

const listeners = new Map<string, Listener[]>();

window.standInReceive = (message) => {
  const [channel, ...args] = fromText(message) as [string, ...unknown[]];
  for (const listener of listeners.get(channel) ?? []) listener({} as IpcRendererEvent, ...args);
};

const contextBridge = {
  exposeInMainWorld: (key: string, api: object) => {
    Object.defineProperty(window, key, { value: Object.freeze(api) });
  },
} satisfies Pick<ContextBridge, 'exposeInMainWorld'>;

const ipcRenderer: Pick<IpcRenderer, 'invoke' | 'send' | 'on'> = {
  invoke: async (channel: string, ...args: unknown[]): Promise<unknown> => {
    const reply = fromText((await window.standInSend('invoke', toText([channel, ...args])))!) as Reply;
    if (!reply.ok) throw new Error(`Error invoking remote method '${channel}': ${reply.message}`);
    return reply.value;
  },
  send: (channel: string, ...args: unknown[]) => {
    void window.standInSend('send', toText([channel, ...args]));
  },
  on: (channel: string, listener: Listener) => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
    return ipcRenderer as IpcRenderer;
  },
};

/** A page is not told where its files lie; Electron says the same of files that lie nowhere. */
const webUtils = { getPathForFile: () => '' } satisfies Pick<WebUtils, 'getPathForFile'>;

/** The only module that a sandboxed preload script finds here. */
export function require(name: string): unknown {
  if (name !== 'electron') throw new Error(`module not found: ${name}`);
  return { contextBridge, ipcRenderer, webUtils };
}
