/** The desktop host: all that the application asks of Electron. main/index.ts puts it together. */
import { writeFile } from 'node:fs/promises';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  protocol,
  session,
  utilityProcess,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  type MenuItemConstructorOptions,
} from 'electron';
import { HifuseError } from '../../models/errors.ts';
import { WORKER_ENVIRONMENT } from '../../worker/environment.ts';
import type { FromWorker } from '../../worker/protocol.ts';
import { NOTICE, productName, software } from '../about.ts';
import type { Events } from '../ipc/contract.ts';
import type { Answer } from '../ipc/messages.ts';
import type { Connection, Server } from '../ipc/server.ts';
import { readStatic, securityHeaders } from '../ipc/static.ts';
import { defaultDataDirectory, PATHS } from '../paths.ts';
import { problemOf } from '../services/system-errors.ts';
import type { Host, WorkerProcess } from './host.ts';

const SCHEME = 'app';
const ORIGIN = `${SCHEME}://hifuse`;
const INDEX = `${ORIGIN}/index.html`;

/** @param window that dialogs belong to; null before there is one */
export function electronHost(window: () => BrowserWindow | null): Host {
  return {
    kind: 'electron',
    dataDirectory: defaultDataDirectory(),
    spawnWorker: forkWorker,
    openDialog: async (kind) => {
      const properties = [
        kind === 'files' ? ('openFile' as const) : ('openDirectory' as const),
        'multiSelections' as const,
      ];
      const owner = window();
      const chosen = await (owner
        ? dialog.showOpenDialog(owner, { properties })
        : dialog.showOpenDialog({ properties }));
      return chosen.canceled ? [] : chosen.filePaths;
    },
    saveFile: async (defaultPath, _mime, bytes) => {
      const owner = window();
      const options = { defaultPath };
      const chosen = await (owner ? dialog.showSaveDialog(owner, options) : dialog.showSaveDialog(options));
      if (chosen.canceled || !chosen.filePath) return { kind: 'cancelled' };
      try {
        await writeFile(chosen.filePath, bytes);
      } catch (error) {
        throw new HifuseError('file.write-failed', { reason: 'chosen', problem: problemOf(error) });
      }
      return { kind: 'saved', path: chosen.filePath };
    },
  };
}

/** Only after the application is ready. MessagePorts transfer ports alone, so buffers are copied. */
function forkWorker(): WorkerProcess {
  const child = utilityProcess.fork(PATHS.workerEntry, [], {
    serviceName: `${productName} inference`,
    env: { ...process.env, ...WORKER_ENVIRONMENT },
    // Codecs write what they think of a file: it could name a patient. HIFUSE_DEBUG shows it.
    stdio: process.env['HIFUSE_DEBUG'] ? 'inherit' : 'ignore',
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      child.postMessage(message);
    },
    onMessage: (listener) => {
      child.on('message', (message: FromWorker) => {
        listener(message);
      });
    },
    onExit: (listener) => {
      child.once('exit', listener);
    },
    kill: () => {
      // Electron's own kill asks politely; a process that hangs in native code does not hear it.
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      else child.kill();
    },
  };
}

/** Before the application is ready: the renderer's address is like a web site's, with an origin of its own. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built renderer under app://hifuse/, and nothing else. */
export function serveRenderer(): void {
  protocol.handle(SCHEME, async ({ url }) => {
    const { host, pathname } = new URL(url);
    const file = host === 'hifuse' ? await readStatic(PATHS.renderer, pathname.slice(1)) : null;
    if (!file) return new Response('Not found.', { status: 404, headers: securityHeaders() });
    return new Response(file.bytes, { headers: { ...securityHeaders(), 'Content-Type': file.type } });
  });
}

/** Pages stay where they are, open nothing, get no permission, and reach no network. */
export function lockDown(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'] as const) {
      // One listener for events whose first argument is all that is used.
      contents.on(name as 'will-navigate', (event) => {
        event.preventDefault();
      });
    }
  });
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !/^(app|blob|data|devtools):/.test(url) });
  });
}

/** The application's window; it shows when it has something to show. */
export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor: '#101418',
    title: productName,
    webPreferences: {
      preload: PATHS.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      // The slices go on playing, and results arriving, behind other windows.
      backgroundThrottling: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload();
  });
  void window.loadURL(INDEX);
  return window;
}

const FORBIDDEN: Answer = { ok: false, error: { code: 'request.invalid', details: { reason: 'foreign-page' } } };

/** Carries the contract between the window's page and the server. A page that is loaded anew connects anew. */
export function connectWindow(window: () => BrowserWindow | null, server: Server): void {
  let connection: Connection | null = null;
  const isOwn = ({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    senderFrame?.url.startsWith(`${ORIGIN}/`) ?? false;
  ipcMain.on('connect', (event) => {
    if (!isOwn(event)) return;
    connection?.close();
    connection = server.connect(({ topic, event: told }) => {
      const target = window();
      if (target && !target.isDestroyed()) target.webContents.send('event', topic, told);
    });
  });
  ipcMain.handle('invoke', (event, id: unknown, method: unknown, params: unknown) =>
    isOwn(event) && connection && typeof id === 'number' ? connection.invoke(id, method, params) : FORBIDDEN,
  );
  ipcMain.on('cancel', (event, id: unknown) => {
    if (isOwn(event) && typeof id === 'number') connection?.cancel(id);
  });
}

type Command = Events['command']['name'];

/** The menu; what the page does itself goes to it as a command. */
export function setMenu(onCommand: (name: Command) => void): void {
  const command = (label: string, name: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator ? { accelerator } : {}),
    click: () => {
      onCommand(name);
    },
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        command('Open files ...', 'open-files', 'CmdOrCtrl+O'),
        command('Open folder ...', 'open-folder', 'CmdOrCtrl+Shift+O'),
        separator,
        command('Classify all', 'classify-all', 'CmdOrCtrl+Shift+A'),
        command('Save report ...', 'save-report', 'CmdOrCtrl+S'),
        separator,
        { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'togglefullscreen' },
        separator,
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
      ],
    },
    { label: '&Help', submenu: [command(`About ${productName}`, 'about')] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  app.setAboutPanelOptions({ applicationName: productName, applicationVersion: software, copyright: NOTICE });
}
