/** Transport only: what `Bridge` says, and nothing more. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a sandboxed preload is CommonJS
import electron = require('electron');
import type { Bridge } from './ipc/messages.ts' with { 'resolution-mode': 'import' };

const { contextBridge, ipcRenderer, webUtils } = electron;

const bridge: Bridge = {
  invoke: (...request) => ipcRenderer.invoke('invoke', ...request) as ReturnType<Bridge['invoke']>,
  cancel: (id) => {
    ipcRenderer.send('cancel', id);
  },
  subscribe: (listener) => {
    ipcRenderer.on('event', (_, topic: string, event: unknown) => {
      listener(topic, event);
    });
    ipcRenderer.send('connect');
  },
  pathForFile: (file) => webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0]),
};

contextBridge.exposeInMainWorld('hifuse', bridge);
