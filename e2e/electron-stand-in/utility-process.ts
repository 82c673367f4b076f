import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { ForkOptions, UtilityProcess } from 'electron';
import { app } from './app.ts';

const PARENT_PORT = new URL('./parent-port.js', import.meta.url).href;

class StandInUtility extends EventEmitter {
  readonly #child: ChildProcess;
  #ended = false;

  constructor(path: string, args: string[], { serviceName = '', env, stdio }: ForkOptions) {
    super();
    const output = (stdio === 'inherit' ? 'inherit' : 'ignore') satisfies StdioOptions;
    this.#child = fork(path, args, {
      serialization: 'advanced',
      execArgv: ['--import', PARENT_PORT],
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', output, output, 'ipc'],
    });
    const pid = this.#child.pid!;
    app.utilities.set(pid, serviceName);
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.once('spawn', () => this.emit('spawn'));
    this.#child.once('exit', (code, signal) => {
      this.#ended = true;
      app.utilities.delete(pid);
      // V8 aborts the process when it cannot go on; Electron tells that first.
      if (signal === 'SIGABRT') this.emit('error', 'FatalError', '', '');
      this.emit('exit', code ?? 1);
    });
  }

  get pid(): number | undefined {
    return this.#ended ? undefined : this.#child.pid;
  }

  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => undefined);
  }

  kill(): boolean {
    return this.#child.kill('SIGTERM');
  }
}

export const utilityProcess = {
  fork: (path: string, args: string[] = [], options: ForkOptions = {}): Pick<UtilityProcess, 'postMessage' | 'kill'> =>
    new StandInUtility(path, args, options),
};
