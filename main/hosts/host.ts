import type { SaveResult } from '../ipc/contract.ts';
import type { FromWorker, ToWorker } from '../../worker/protocol.ts';

/** The inference process, whichever way the host starts it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  send(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Called once, when the process has ended; `code` is null after a signal. */
  onExit(listener: (code: number | null) => void): void;
  kill(): void;
}

export interface WorkerOptions {
  /** Threads of the network, and as many that decode; left out: all processors, as each part likes. */
  threads?: number;
}

/** What differs between the desktop and the browser; one implementation each in this folder. */
export interface Host {
  readonly kind: 'electron' | 'browser';
  /** Folder for settings, imported models and caches. */
  readonly dataDirectory: string;
  /** Starts dist/worker/index.js as a process of its own. */
  spawnWorker(options?: WorkerOptions): WorkerProcess;
  /** Asks the person for files or a folder; null where the host has no dialogs. */
  openDialog(kind: 'files' | 'folder'): Promise<string[] | null>;
  /** Asks where to save and writes, or hands the bytes back for a download. */
  saveFile(suggestedName: string, mime: string, bytes: Uint8Array<ArrayBuffer>): Promise<SaveResult>;
}
