import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'electron';
import { closeBrowser } from './browser.ts';
import { PreventableEvent } from './event.ts';

interface Metrics {
  pid: number;
  type: 'Browser' | 'Utility';
  name: string;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

class StandInApp extends EventEmitter {
  readonly isPackaged = false;
  readonly dock = undefined;
  readonly #paths = new Map([['userData', join(homedir(), '.config', 'electron')]]);
  readonly #ready: Promise<void>;
  readonly #ending: Promise<unknown>[] = [];
  #name = 'electron';
  #quitting = false;
  #lock: string | null = null;
  #closeWindows: () => boolean = () => true;
  /** Processes besides this one. */
  readonly utilities = new Map<number, string>();
  readonly recentDocuments: string[] = [];

  constructor() {
    super();
    this.#ready = new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.emit('ready', {});
    });
    process.once('SIGTERM', () => {
      this.quit();
    });
  }

  getName(): string {
    return this.#name;
  }

  setName(name: string): void {
    this.#name = name;
  }

  getPath(name: string): string {
    return this.#paths.get(name) ?? homedir();
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  whenReady(): Promise<void> {
    return this.#ready;
  }

  /** A file names the first process, and a socket beside it is told of the next ones. */
  requestSingleInstanceLock(): boolean {
    const folder = this.getPath('userData');
    mkdirSync(folder, { recursive: true });
    const [lock, socket] = [join(folder, 'SingletonLock'), join(folder, 'SingletonSocket')];
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch {
      if (isAlive(Number(readFileSync(lock, 'utf8')))) {
        const client = connect(socket);
        client.end(JSON.stringify({ argv: process.argv, directory: process.cwd() }));
        this.#ending.push(new Promise((resolve) => client.once('close', resolve)));
        return false;
      }
      writeFileSync(lock, String(process.pid));
      rmSync(socket, { force: true });
    }
    this.#lock = lock;
    const server = createServer((client) => {
      let text = '';
      client.on('data', (part) => (text += part.toString()));
      client.on('end', () => {
        const { argv, directory } = JSON.parse(text) as { argv: string[]; directory: string };
        this.emit('second-instance', {}, argv, directory, null);
        client.end();
      });
    });
    server.listen(socket);
    server.unref();
    return true;
  }

  getAppMetrics(): Metrics[] {
    const utilities = [...this.utilities].map(([pid, name]) => ({ pid, type: 'Utility' as const, name }));
    return [{ pid: process.pid, type: 'Browser', name: this.#name }, ...utilities];
  }

  setAboutPanelOptions(): void {
    // Linux and Windows show nothing of it by themselves.
  }

  addRecentDocument(path: string): void {
    this.recentDocuments.push(path);
  }

  /** Windows are asked to close, and may refuse. */
  onQuit(closeWindows: () => boolean): void {
    this.#closeWindows = closeWindows;
  }

  lastWindowClosed(): void {
    if (this.#quitting) return;
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
    else this.quit();
  }

  quit(): void {
    if (this.#quitting) return;
    const before = new PreventableEvent();
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    this.#quitting = true;
    if (!this.#closeWindows()) {
      this.#quitting = false;
      return;
    }
    const will = new PreventableEvent();
    this.emit('will-quit', will);
    if (will.defaultPrevented) {
      this.#quitting = false;
      return;
    }
    this.exit(0);
  }

  exit(code = 0): void {
    this.emit('quit', {}, code);
    for (const pid of this.utilities.keys()) process.kill(pid, 'SIGKILL');
    void Promise.allSettled([...this.#ending, closeBrowser()]).then(() => {
      if (this.#lock) rmSync(this.#lock, { force: true });
      process.exit(code);
    });
  }
}

export const app = new StandInApp() satisfies Pick<
  App,
  | 'getName'
  | 'setName'
  | 'whenReady'
  | 'requestSingleInstanceLock'
  | 'quit'
  | 'exit'
  | 'addRecentDocument'
  | 'setAboutPanelOptions'
  | 'isPackaged'
>;
