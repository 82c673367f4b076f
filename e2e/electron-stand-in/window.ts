import { EventEmitter } from 'node:events';
import type {
  BrowserWindow as ElectronWindow,
  BrowserWindowConstructorOptions,
  IpcMainEvent,
  LoadURLOptions,
  Rectangle,
  WebContents as ElectronContents,
  WindowOpenHandlerResponse,
} from 'electron';
import type { Frame, Page, Route } from '@playwright/test';
import { toApplication, toBrowser } from './addresses.ts';
import { app } from './app.ts';
import { browser } from './browser.ts';
import { PreventableEvent } from './event.ts';
import { ipcMain } from './ipc-main.ts';
import { answerRequest } from './network.ts';
import { preloadScript } from './preload.ts';
import { toText, type Sending } from './transfer.ts';

/** The page of a window. */
class WebContents extends EventEmitter {
  readonly #preload: string;
  readonly #size: { width: number; height: number };
  #page: Promise<Page>;
  /** What the application itself loads, and no page's own navigation. */
  #loading: string | null = null;
  #url = '';
  /** Messages arrive in the order in which they were sent. */
  #sent: Promise<void> = Promise.resolve();
  #openHandler: (details: { url: string }) => Pick<WindowOpenHandlerResponse, 'action'> = () => ({ action: 'allow' });
  crashed = false;
  closing = false;

  constructor(preload: string, size: { width: number; height: number }) {
    super();
    this.#preload = preload;
    this.#size = size;
    this.#page = this.#open();
  }

  async #open(): Promise<Page> {
    const context = await browser();
    // The browser begins with one empty page.
    const empty = context.pages().find((page) => page.url() === 'about:blank' && !taken.has(page));
    const page = empty ?? (await context.newPage());
    taken.add(page);
    await page.setViewportSize(this.#size);
    await page.exposeBinding('standInSend', ({ frame }, sending: Sending, text: string) =>
      ipcMain.receive(this.#eventFrom(frame), sending, text),
    );
    await page.addInitScript(await preloadScript(this.#preload));
    await page.route('**/*', (route) => this.#answer(route));
    page.on('domcontentloaded', () => {
      this.#url = toApplication(page.url());
      this.emit('dom-ready');
    });
    page.on('load', () => this.emit('did-finish-load'));
    page.on('popup', (popup) => {
      void popup.waitForLoadState('commit' as 'load').catch(() => undefined);
      if (this.#openHandler({ url: toApplication(popup.url()) }).action === 'deny') void popup.close();
    });
    page.on('crash', () => {
      this.crashed = true;
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
    });
    page.on('close', () => {
      if (!this.crashed && !this.closing) this.emit('destroyed');
    });
    return page;
  }

  #eventFrom(frame: Frame): IpcMainEvent {
    return { sender: this, senderFrame: { url: toApplication(frame.url()) } } as unknown as IpcMainEvent;
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = toApplication(request.url());
    // What the application loads, and a page that is loaded again, is no navigation of the page's own.
    if (request.isNavigationRequest() && url !== this.#loading && url !== this.#url) {
      const inMainFrame = request.frame().parentFrame() === null;
      const event = Object.assign(new PreventableEvent(), { url });
      if (inMainFrame) this.emit('will-navigate', event, url);
      this.emit('will-frame-navigate', event);
      if (event.defaultPrevented) return route.abort('aborted');
    }
    return answerRequest(route);
  }

  async load(url: string): Promise<void> {
    const page = await this.#page;
    this.#loading = url;
    try {
      await page.goto(toBrowser(url));
    } finally {
      this.#loading = null;
    }
  }

  getURL(): string {
    return this.#url;
  }

  send(channel: string, ...args: unknown[]): void {
    const text = toText([channel, ...args]);
    this.#sent = this.#sent
      .then(async () =>
        (await this.#page).evaluate((message) => {
          window.standInReceive(message);
        }, text),
      )
      .catch(() => undefined);
  }

  /** Playwright's page is lost with its process; the new one is another page of the same window. */
  reload(): void {
    const url = this.#url;
    if (this.crashed) {
      const lost = this.#page;
      this.crashed = false;
      this.#page = this.#open();
      void lost.then((page) => page.close());
    }
    void this.load(url);
  }

  setWindowOpenHandler(handler: (details: { url: string }) => Pick<WindowOpenHandlerResponse, 'action'>): void {
    this.#openHandler = handler;
  }

  async close(): Promise<void> {
    this.closing = true;
    await (await this.#page).close();
  }
}

const taken = new WeakSet<Page>();

type ImitatedContents = Pick<ElectronContents, 'getURL' | 'reload' | 'send'>;

const windows = new Set<BrowserWindow>();

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents & ImitatedContents;
  #visible: boolean;
  #destroyed = false;
  #maximized = false;
  #bounds: Rectangle;
  /** What the system would show; for tests. */
  readonly shown = { progress: -1, title: '', focused: 0 };

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    const { width = 800, height = 600, x = 0, y = 0, show = true, title = '', webPreferences } = options;
    if (!webPreferences?.sandbox || !webPreferences.contextIsolation) throw new Error('The renderer is not sandboxed.');
    this.#bounds = { x, y, width, height };
    this.#visible = show;
    this.shown.title = title;
    this.webContents = new WebContents(webPreferences.preload!, { width, height });
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    this.webContents.on('destroyed', () => {
      this.#end();
    });
    windows.add(this);
    app.emit('web-contents-created', {}, this.webContents);
    app.emit('browser-window-created', {}, this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  loadURL(url: string, _options?: LoadURLOptions): Promise<void> {
    return this.webContents.load(url);
  }

  show(): void {
    this.#visible = true;
  }

  isVisible(): boolean {
    return this.#visible;
  }

  focus(): void {
    this.shown.focused += 1;
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {
    this.#maximized = false;
  }

  isMaximized(): boolean {
    return this.#maximized;
  }

  maximize(): void {
    this.#maximized = true;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  getNormalBounds(): Rectangle {
    return { ...this.#bounds };
  }

  setBounds(bounds: Partial<Rectangle>): void {
    Object.assign(this.#bounds, bounds);
    this.emit('resize');
  }

  setProgressBar(progress: number): void {
    this.shown.progress = progress;
  }

  setTitle(title: string): void {
    this.shown.title = title;
  }

  /** As a person does: listeners may prevent it. */
  close(): void {
    if (this.#destroyed) return;
    const event = new PreventableEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#destroyed) return;
    void this.webContents.close().catch(() => undefined);
    this.#end();
  }

  #end(): void {
    this.#destroyed = true;
    windows.delete(this);
    this.emit('closed');
    if (windows.size === 0) app.lastWindowClosed();
  }
}

/** One screen. */
export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
};

/** What the application uses of a window is as Electron has it. */
export type Imitated = Pick<
  ElectronWindow,
  | 'loadURL'
  | 'show'
  | 'isVisible'
  | 'focus'
  | 'isMinimized'
  | 'restore'
  | 'isMaximized'
  | 'maximize'
  | 'isDestroyed'
  | 'getNormalBounds'
  | 'setBounds'
  | 'setProgressBar'
  | 'setTitle'
  | 'close'
  | 'destroy'
>;

BrowserWindow satisfies new (options?: BrowserWindowConstructorOptions) => Imitated;

app.onQuit(() => {
  for (const window of windows) window.close();
  return windows.size === 0;
});
