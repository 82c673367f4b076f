/** Opens the app in the person's browser without showing its secret address to anybody else. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Platform -> command that opens a file in the program that shows its kind; elsewhere the desktop's own. */
const OPENERS: Partial<Record<NodeJS.Platform, (file: string) => [string, string[]]>> = {
  win32: (file) => ['cmd', ['/c', 'start', '""', file]],
  darwin: (file) => ['open', [file]],
};

/** Starts a program on its own; tells when it could not be started. */
export type Launch = (command: string, args: string[], onError: () => void) => void;

const launchDetached: Launch = (command, args, onError) => {
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', onError);
  child.unref();
};

/**
 * Opens an address in the person's browser. The arguments of a process can be read by every user of the computer, and
 * whoever knows the address may use the app: so the browser gets a file that leads there, which this user alone can read.
 *
 * @returns what deletes that file; to be called when the page was opened, or will not be any more
 */
export function openInBrowser(address: string, onError: () => void, launch: Launch = launchDetached): () => void {
  // Only this user can enter a folder that mkdtemp made.
  const folder = mkdtempSync(path.join(tmpdir(), 'hifuse-open-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  const file = path.join(folder, 'open.html');
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${address}">`;
  writeFileSync(file, page, { mode: 0o600, flag: 'wx' });
  const [command, args] = OPENERS[process.platform]?.(file) ?? ['xdg-open', [file]];
  launch(command, args, () => {
    remove();
    onError();
  });
  return remove;
}
