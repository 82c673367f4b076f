/** The page of the window: where it comes from, what it may do, and how it talks to the application. */
import {
  app,
  ipcMain,
  protocol,
  session,
  type BrowserWindow,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
} from 'electron';
import type { Answer } from '../../ipc/messages.ts';
import type { Connection, Server } from '../../ipc/server.ts';
import { readStatic, securityHeaders } from '../../ipc/static.ts';
import { PATHS } from '../../paths.ts';

const SCHEME = 'app';
const ORIGIN = `${SCHEME}://hifuse`;
export const INDEX = `${ORIGIN}/index.html`;

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
