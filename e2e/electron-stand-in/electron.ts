/**
 * A stand-in for the module `electron`, for the tests of the desktop application where Electron's binary is absent:
 * main/index.ts, main/preload.cts and main/hosts/electron.ts run on it unchanged. A window is a page of Chromium, a
 * utility process a forked one. What it cannot show is listed in docs/electron-stand-in.md.
 */
import type { Dialog, Menu as ElectronMenu, MenuItemConstructorOptions, PowerSaveBlocker } from 'electron';
import { app } from './app.ts';
import { ipcMain } from './ipc-main.ts';
import { permissions, protocol, session } from './network.ts';
import { utilityProcess } from './utility-process.ts';
import { BrowserWindow, screen } from './window.ts';

/** Nobody can click in a dialog here: tests put their own answer in the place of these. */
const dialog = {
  showOpenDialog: () => Promise.resolve({ canceled: true, filePaths: [] }),
  showSaveDialog: () => Promise.resolve({ canceled: true, filePath: '' }),
  showMessageBox: () => Promise.resolve({ response: 0, checkboxChecked: false }),
  showMessageBoxSync: () => 0,
  showErrorBox: () => undefined,
} satisfies Partial<Dialog>;

let menu: { items: MenuItemConstructorOptions[] } | null = null;

const Menu = {
  buildFromTemplate: (items: MenuItemConstructorOptions[]) => ({ items }),
  setApplicationMenu: (chosen: typeof menu) => {
    menu = chosen;
  },
  getApplicationMenu: () => menu,
} satisfies Record<
  keyof Pick<typeof ElectronMenu, 'buildFromTemplate' | 'setApplicationMenu' | 'getApplicationMenu'>,
  unknown
>;

const blockers = new Set<number>();

const powerSaveBlocker = {
  start: () => {
    const id = blockers.size + 1;
    blockers.add(id);
    return id;
  },
  stop: (id) => blockers.delete(id),
  isStarted: (id) => blockers.has(id),
} satisfies PowerSaveBlocker;

const standIn = {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  permissions,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  utilityProcess,
};

interface Evaluation {
  id: number;
  source: string;
  argument: unknown;
}

// A test evaluates functions here, as Playwright does in the real application.
process.on('message', ({ id, source, argument }: Evaluation) => {
  const evaluate = async (): Promise<unknown> => {
    const evaluated = (0, eval)(`(${source})`) as (module: typeof standIn, argument: unknown) => unknown;
    return evaluated(standIn, argument);
  };
  void evaluate().then(
    (value) => process.send!({ kind: 'evaluated', id, value }),
    (error: unknown) => process.send!({ kind: 'evaluated', id, error: String(error) }),
  );
});

export { app, BrowserWindow, dialog, ipcMain, Menu, powerSaveBlocker, protocol, screen, session, utilityProcess };
