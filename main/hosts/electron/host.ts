/** What the application asks of Electron, whichever window it shows. */
import { writeFile } from 'node:fs/promises';
import { dialog, utilityProcess, type BrowserWindow } from 'electron';
import { HifuseError } from '../../../models/errors.ts';
import { THREADS_VARIABLE, WORKER_ENVIRONMENT } from '../../../worker/environment.ts';
import type { FromWorker } from '../../../worker/protocol.ts';
import { productName } from '../../about.ts';
import { defaultDataDirectory, PATHS } from '../../paths.ts';
import { problemOf } from '../../services/system-errors.ts';
import type { Host, WorkerOptions, WorkerProcess } from '../host.ts';

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
function forkWorker({ threads }: WorkerOptions = {}): WorkerProcess {
  const child = utilityProcess.fork(PATHS.workerEntry, [], {
    serviceName: `${productName} inference`,
    env: { ...process.env, ...WORKER_ENVIRONMENT, ...(threads ? { [THREADS_VARIABLE]: String(threads) } : {}) },
    // Codecs write what they think of a file: it could name a patient. HIFUSE_DEBUG shows it.
    stdio: process.env['HIFUSE_DEBUG'] ? 'inherit' : 'ignore',
  });
  // V8 could not go on (out of memory, mostly). The exit follows; an error event without a listener would end us, too.
  child.on('error', () => undefined);
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
