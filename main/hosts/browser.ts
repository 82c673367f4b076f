/** Opens the app in the person's browser without showing its secret address to anybody else. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/** Platform -> command that opens a file in the program that shows its kind; elsewhere the desktop's own. */
const OPENERS: Partial<Record<NodeJS.Platform, (file: string) => [string, string[]]>> = {
  win32: (file) => ['cmd', ['/c', 'start', '""', file]],
  darwin: (file) => ['open', [file]],
};

const FOLDER = 'hifuse-viewer-';
const FILE = 'open.html';

/** Milliseconds after which a folder is not used any more: browsers have long read what they were led by. */
const ABANDONED_MS = 600_000;

/**
 * Where browsers can read: under Linux many are packed (snap) so that they see a temporary folder of their own and no hidden
 * folder of the person, but the rest of the home.
 */
const places = (): string[] => (process.platform === 'linux' ? [homedir(), tmpdir()] : [tmpdir()]);

/** A new folder that this user alone can enter; those that killed runs left are removed first. */
function makeFolder(): string {
  let problem: unknown;
  for (const place of places()) {
    try {
      removeAbandoned(place);
      return mkdtempSync(path.join(place, FOLDER));
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

function removeAbandoned(place: string): void {
  const ours = readdirSync(place).filter((name) => name.startsWith(FOLDER) && name.length === FOLDER.length + 6);
  for (const folder of ours.map((name) => path.join(place, name))) {
    try {
      if (Date.now() - statSync(path.join(folder, FILE)).mtimeMs < ABANDONED_MS) continue;
      rmSync(path.join(folder, FILE));
      // Fails where anything else is in it: then it is not ours.
      rmdirSync(folder);
    } catch {
      // Not ours, or gone already.
    }
  }
}

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
  const folder = makeFolder();
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  const file = path.join(folder, FILE);
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${address}">`;
  writeFileSync(file, page, { mode: 0o600, flag: 'wx' });
  const [command, args] = OPENERS[process.platform]?.(file) ?? ['xdg-open', [file]];
  launch(command, args, () => {
    remove();
    onError();
  });
  return remove;
}
