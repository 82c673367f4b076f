import { fork } from 'node:child_process';
import { THREADS_VARIABLE, WORKER_ENVIRONMENT } from '../../worker/environment.ts';
import type { FromWorker } from '../../worker/protocol.ts';
import { defaultDataDirectory, PATHS } from '../paths.ts';
import type { Host, WorkerOptions, WorkerProcess } from './host.ts';

export interface NodeHostOptions {
  dataDirectory?: string;
  workerEntry?: string;
}

/** The host without a desktop: the browser shows the app; also the host of the command line. */
export function nodeHost(options: NodeHostOptions = {}): Host {
  return {
    kind: 'browser',
    dataDirectory: options.dataDirectory ?? defaultDataDirectory(),
    spawnWorker: (worker) => forkWorker(options.workerEntry ?? PATHS.workerEntry, worker),
    openDialog: () => Promise.resolve(null),
    saveFile: (fileName, mime, bytes) => Promise.resolve({ kind: 'download', fileName, mime, bytes }),
  };
}

function forkWorker(entry: string, { threads }: WorkerOptions = {}): WorkerProcess {
  const child = fork(entry, [], {
    // Structured clone: typed arrays stay typed arrays.
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ...WORKER_ENVIRONMENT, ...(threads ? { [THREADS_VARIABLE]: String(threads) } : {}) },
    // Codecs write what they think of a file: it could name a patient. HIFUSE_DEBUG shows it.
    stdio: ['ignore', 'ignore', process.env['HIFUSE_DEBUG'] ? 'inherit' : 'ignore', 'ipc'],
  });
  let ended = false;
  const onEnd: ((code: number | null) => void)[] = [];
  const end = (code: number | null): void => {
    if (ended) return;
    ended = true;
    for (const listener of onEnd) listener(code);
  };
  child.once('exit', end);
  // It could not be started, or not be written to any more.
  child.on('error', () => {
    child.kill('SIGKILL');
    end(null);
  });
  return {
    pid: child.pid,
    send: (message) => {
      // A process that is about to end takes no more; its exit follows.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', (message) => {
        listener(message as FromWorker);
      });
    },
    onExit: (listener) => {
      onEnd.push(listener);
    },
    // Nothing in the process is worth a clean end, and one that hangs would not hear a request for it.
    kill: () => child.kill('SIGKILL'),
  };
}
