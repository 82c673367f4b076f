/** Electron's binary is not needed: its module is a double that keeps what it was told. */
import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import type { Connection, Server } from '../../ipc/server.ts';
import { english } from '../../../models/texts/texts.ts';

interface Frame {
  senderFrame: { url: string } | null;
}

const told = vi.hoisted(() => ({
  handlers: new Map<string, (...args: never[]) => unknown>(),
  children: [] as unknown[],
  windows: [] as unknown[],
  asked: [] as unknown[],
  answers: [] as number[],
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  dialogs: { open: { canceled: true, filePaths: [] as string[] }, save: { canceled: true, filePath: '' } },
  session: {} as Record<string, (...args: never[]) => unknown>,
  menu: [] as unknown,
}));

vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events');
  class Child extends EventEmitter {
    pid: number | undefined = undefined;
    readonly sent: unknown[] = [];
    killed = false;
    postMessage(message: unknown) {
      this.sent.push(message);
    }
    kill() {
      this.killed = true;
    }
  }
  class BrowserWindow extends EventEmitter {
    readonly webContents = Object.assign(new EventEmitter(), { send: vi.fn(), reload: vi.fn() });
    readonly loadURL = vi.fn(() => Promise.resolve());
    readonly show = vi.fn();
    readonly maximize = vi.fn();
    readonly options: unknown;
    constructor(options: unknown) {
      super();
      this.options = options;
      told.windows.push(this);
    }
    isDestroyed() {
      return false;
    }
    isVisible() {
      return this.show.mock.calls.length > 0;
    }
    isMaximized() {
      return true;
    }
    getNormalBounds() {
      return { x: 1, y: 2, width: 1000, height: 700 };
    }
  }
  const keep = (name: string) => (listener: (...args: never[]) => unknown) => {
    told.session[name] = listener;
  };
  return {
    app: Object.assign(new EventEmitter(), { setAboutPanelOptions: vi.fn(), quit: vi.fn() }),
    BrowserWindow,
    dialog: {
      showOpenDialog: () => Promise.resolve(told.dialogs.open),
      showSaveDialog: () => Promise.resolve(told.dialogs.save),
      showMessageBox: (_: unknown, options: unknown) => {
        told.asked.push(options);
        return Promise.resolve({ response: told.answers.shift() ?? 1, checkboxChecked: false });
      },
    },
    screen: { getAllDisplays: () => told.displays },
    ipcMain: {
      handle: (channel: string, handler: (...args: never[]) => unknown) => told.handlers.set(channel, handler),
      on: (channel: string, handler: (...args: never[]) => unknown) => told.handlers.set(channel, handler),
    },
    Menu: {
      buildFromTemplate: (template: unknown) => template,
      setApplicationMenu: (menu: unknown) => (told.menu = menu),
    },
    protocol: {
      registerSchemesAsPrivileged: vi.fn(),
      handle: (scheme: string, handler: (...args: never[]) => unknown) => told.handlers.set(scheme, handler),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: keep('request'),
        setPermissionCheckHandler: keep('check'),
        webRequest: { onBeforeRequest: keep('network') },
      },
    },
    utilityProcess: {
      fork: () => {
        const child = new Child();
        told.children.push(child);
        return child;
      },
    },
  };
});

const electron = await import('electron');
const { electronHost } = await import('./host.ts');
const { setMenu } = await import('./menu.ts');
const { connectWindow, lockDown, serveRenderer } = await import('./page.ts');
const { openWindow } = await import('./window.ts');

type Listener = (event: Frame, ...rest: unknown[]) => unknown;

interface FakeChild extends EventEmitter {
  pid: number | undefined;
  sent: unknown[];
  killed: boolean;
}
interface FakeWindow extends EventEmitter {
  options: { webPreferences: Record<string, unknown>; x?: number; width: number };
  webContents: EventEmitter & { send: ReturnType<typeof vi.fn>; reload: ReturnType<typeof vi.fn> };
  loadURL: ReturnType<typeof vi.fn>;
  maximize: ReturnType<typeof vi.fn>;
  show: ReturnType<typeof vi.fn>;
}

const host = electronHost(() => null);
const noPlace = { get: () => null, put: () => undefined };

beforeEach(() => {
  told.children.length = 0;
  told.windows.length = 0;
});

describe('the inference process', () => {
  it('is a utility process that is spoken to by messages and ended for good', () => {
    const worker = host.spawnWorker();
    const child = told.children[0] as FakeChild;
    const messages: unknown[] = [];
    const ends: unknown[] = [];
    worker.onMessage((message) => messages.push(message));
    worker.onExit((code) => ends.push(code));
    worker.send({ kind: 'cancel', id: 1 });
    child.emit('message', { kind: 'ready' });
    child.emit('exit', 0);
    expect([child.sent, messages, ends]).toEqual([[{ kind: 'cancel', id: 1 }], [{ kind: 'ready' }], [0]]);
    worker.kill();
    expect(child.killed).toBe(true);

    child.pid = 4711;
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    worker.kill();
    expect(kill).toHaveBeenCalledWith(4711, 'SIGKILL');
    kill.mockRestore();
    expect(worker.pid).toBe(4711);
  });

  it('may end by an error of V8: the exit that follows is what counts', () => {
    const worker = host.spawnWorker();
    const ends: unknown[] = [];
    worker.onExit((code) => ends.push(code));
    const child = told.children[0] as FakeChild;
    child.emit('error', 'FatalError', '', '');
    child.emit('exit', 134);
    expect(ends).toEqual([134]);
  });
});

describe('dialogs', () => {
  it('give paths, or none where they were closed', async () => {
    expect(await host.openDialog('files')).toEqual([]);
    told.dialogs.open = { canceled: false, filePaths: ['/a', '/b'] };
    expect(await host.openDialog('folder')).toEqual(['/a', '/b']);
  });

  it('save where the person says, and tell why not', async () => {
    const bytes = new Uint8Array([1, 2]);
    expect(await host.saveFile('r.pdf', 'application/pdf', bytes)).toEqual({ kind: 'cancelled' });
    const folder = await mkdtemp(path.join(tmpdir(), 'hifuse-electron-'));
    const filePath = path.join(folder, 'r.pdf');
    told.dialogs.save = { canceled: false, filePath };
    expect(await host.saveFile('r.pdf', 'application/pdf', bytes)).toEqual({ kind: 'saved', path: filePath });
    expect([...(await readFile(filePath))]).toEqual([1, 2]);
    told.dialogs.save = { canceled: false, filePath: path.join(folder, 'gone', 'r.pdf') };
    await expect(host.saveFile('r.pdf', 'application/pdf', bytes)).rejects.toMatchObject({ code: 'file.write-failed' });
    await rm(folder, { recursive: true, force: true });
  });
});

describe('the window', () => {
  it('is sandboxed, isolated, without Node, and shown when there is something to see', () => {
    openWindow(english, noPlace);
    const window = told.windows[0] as FakeWindow;
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
    expect(window.options.webPreferences['preload']).toMatch(/preload\.cjs$/);
    expect(window.loadURL).toHaveBeenCalledWith('app://hifuse/index.html');
    expect(window.show).not.toHaveBeenCalled();
    window.emit('ready-to-show');
    expect(window.show).toHaveBeenCalled();
  });

  it('comes back when its page crashed', () => {
    openWindow(english, noPlace);
    const { webContents } = told.windows[0] as FakeWindow;
    webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    expect(webContents.reload).not.toHaveBeenCalled();
    webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(webContents.reload).toHaveBeenCalledTimes(1);
  });

  it('asks before it loads a page again that ends again and again', async () => {
    openWindow(english, noPlace);
    const window = told.windows[0] as FakeWindow;
    told.answers = [0, 1];
    const crash = () => window.webContents.emit('render-process-gone', {}, { reason: 'oom' });
    for (let i = 0; i < 4; i++) crash();
    expect(window.show).toHaveBeenCalled();
    expect(told.asked).toHaveLength(1);
    await vi.waitFor(() => {
      expect(window.webContents.reload).toHaveBeenCalledTimes(4);
    });
    for (let i = 0; i < 4; i++) crash();
    await vi.waitFor(() => {
      expect(electron.app.quit).toHaveBeenCalled();
    });
    expect(window.webContents.reload).toHaveBeenCalledTimes(7);
  });

  it('shows even where its page never gets ready', () => {
    vi.useFakeTimers();
    openWindow(english, noPlace);
    const window = told.windows[0] as FakeWindow;
    vi.advanceTimersByTime(4999);
    expect(window.show).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(window.show).toHaveBeenCalledTimes(1);
    window.emit('ready-to-show');
    expect(window.show).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  it('comes back where it was, if a screen is still there', () => {
    const put = vi.fn();
    const place = { x: 300, y: 200, width: 1000, height: 700, maximized: true };
    openWindow(english, { get: () => place, put });
    const window = told.windows[0] as FakeWindow;
    expect(window.options).toMatchObject({ x: 300, y: 200, width: 1000, height: 700 });
    window.emit('ready-to-show');
    expect(window.maximize).toHaveBeenCalled();
    window.emit('close');
    expect(put).toHaveBeenCalledWith({ x: 1, y: 2, width: 1000, height: 700, maximized: true });
    openWindow(english, { get: () => ({ ...place, x: 5000 }), put });
    const elsewhere = told.windows[1] as FakeWindow;
    expect(elsewhere.options).toMatchObject({ width: 1440 });
    expect(elsewhere.options.x).toBeUndefined();
  });

  it('stays where it is, opens nothing, is permitted nothing, and reaches no network', () => {
    lockDown();
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: vi.fn() });
    electron.app.emit('web-contents-created', {}, contents);
    const open = contents.setWindowOpenHandler.mock.calls[0]![0] as () => unknown;
    expect(open()).toEqual({ action: 'deny' });
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const preventDefault = vi.fn();
      contents.emit(name, { preventDefault });
      expect(preventDefault, name).toHaveBeenCalled();
    }
    const answer = vi.fn();
    told.session['request']!(...([null, 'media', answer] as never[]));
    expect(answer).toHaveBeenCalledWith(false);
    expect(told.session['check']!()).toBe(false);
    const cancelled = (url: string): unknown => {
      const decide = vi.fn();
      told.session['network']!(...([{ url }, decide] as never[]));
      return (decide.mock.calls[0]![0] as { cancel: boolean }).cancel;
    };
    for (const url of ['https://evil.example/', 'http://127.0.0.1/', 'ws://evil.example/', 'file:///etc/passwd']) {
      expect(cancelled(url), url).toBe(true);
    }
    expect(cancelled('app://hifuse/index.html')).toBe(false);
    expect(cancelled('blob:app://hifuse/1')).toBe(false);
  });
});

describe('the transport', () => {
  const connections: { cancel: Mock<Connection['cancel']>; close: Mock<Connection['close']> }[] = [];
  const invoke = vi.fn<Connection['invoke']>(() => Promise.resolve({ ok: true, result: 1 }));
  const connect = vi.fn<Server['connect']>(() => {
    const connection = { invoke, cancel: vi.fn<Connection['cancel']>(), close: vi.fn<Connection['close']>() };
    connections.push(connection);
    return connection;
  });

  it('connects and answers the own page alone, sends it events, and connects it anew when it is loaded anew', async () => {
    openWindow(english, noPlace);
    const window = told.windows[0] as FakeWindow;
    connectWindow(() => window as never, { connect });
    const [ask, begin, cancel] = (['invoke', 'connect', 'cancel'] as const).map(
      (channel) => told.handlers.get(channel) as unknown as Listener,
    ) as [Listener, Listener, Listener];
    const own = { senderFrame: { url: 'app://hifuse/index.html' } };
    expect(await ask(own, 1, 'app.info', null)).toMatchObject({ ok: false });
    begin(own);
    expect(await ask(own, 1, 'app.info', null)).toEqual({ ok: true, result: 1 });
    expect(invoke).toHaveBeenCalledWith(1, 'app.info', null);
    for (const senderFrame of [null, { url: 'https://evil.example/' }, { url: 'app://hifuse.evil/' }]) {
      expect(await ask({ senderFrame }, 2, 'app.info', null)).toMatchObject({ ok: false });
      begin({ senderFrame });
      cancel({ senderFrame }, 1);
    }
    expect(await ask(own, 'one', 'app.info', null)).toMatchObject({ ok: false });
    expect(invoke).toHaveBeenCalledTimes(1);
    connect.mock.calls[0]![0]({ topic: 'command', event: { name: 'about' } });
    expect(window.webContents.send).toHaveBeenCalledWith('event', 'command', { name: 'about' });
    cancel(own, 1);
    begin(own);
    expect(connections.map(({ cancel: { mock }, close }) => [mock.calls, close.mock.calls.length])).toEqual([
      [[[1]], 1],
      [[], 0],
    ]);
  });

  it('serves the renderer under its own scheme alone', async () => {
    serveRenderer();
    const handle = told.handlers.get('app') as unknown as (request: { url: string }) => Promise<Response>;
    for (const url of ['app://evil/index.html', 'app://hifuse/../main/index.js', 'app://hifuse/%2e%2e/package.json']) {
      const response = await handle({ url });
      expect(response.status, url).toBe(404);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it('tells the page what was chosen in the menu', () => {
    const chosen: string[] = [];
    setMenu(english, (name) => chosen.push(name));
    interface Item {
      submenu?: Item[];
      click?: () => void;
    }
    const clickAll = (items: Item[]): void => {
      for (const { click, submenu } of items) {
        click?.();
        clickAll(submenu ?? []);
      }
    };
    clickAll(told.menu as Item[]);
    expect(chosen).toEqual(['open-files', 'open-folder', 'classify-all', 'save-report', 'about']);
    const roles = () => (told.menu as { role?: string }[]).map(({ role }) => role);
    expect(roles()).not.toContain('windowMenu');
    setMenu(english, () => undefined, 'darwin');
    expect(roles()).toEqual(['appMenu', undefined, 'editMenu', undefined, 'windowMenu', 'help']);
  });
});
