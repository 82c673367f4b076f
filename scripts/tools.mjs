/** What the scripts share. Plain Node: they run before anything is installed. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const inRoot = (...parts) => path.join(root, ...parts);

/** For reasons that somebody can act on: printed without a stack. */
export class StepError extends Error {}

/**
 * Runs a program in the project's root with the same terminal.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, timeoutMs?: number, quiet?: boolean, shell?: boolean }} options
 *   cwd: instead of the project's root; quiet: keep its output to ourselves
 * @returns {Promise<number>} its exit status; 1 where it was ended by a signal, the time-out, or could not start
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: options.quiet ? 'ignore' : 'inherit',
      timeout: options.timeoutMs,
      shell: options.shell ?? false,
      windowsHide: true,
    });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    const done = (status) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(status);
    };
    child.once('error', () => done(1));
    child.once('exit', (status) => done(status ?? 1));
  });
}

/** Runs a script with this very Node. */
export const node = (args, options) => run(process.execPath, args, options);

/** Runs npm: the one that called us, or the one on the PATH (on Windows a batch file, which needs a shell). */
export function npm(args, options) {
  const own = process.env.npm_execpath;
  return own?.endsWith('.js')
    ? node([own, ...args], options)
    : run('npm', args, { ...options, shell: process.platform === 'win32' });
}

async function readJson(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Whether node_modules holds what the lockfile says, at the same versions; packages for other systems may be absent. */
export function isInstalled(lock, installed) {
  if (!lock || !installed) return false;
  const mayBeAbsent = (entry) => entry.optional || entry.devOptional || entry.peer || entry.link;
  const wanted = Object.entries(lock.packages).filter(([name]) => name !== '');
  return wanted.every(([name, entry]) => {
    const present = installed.packages[name];
    return present ? present.version === entry.version : Boolean(mayBeAbsent(entry));
  });
}

/** Installs the dependencies where node_modules is missing or is not what the lockfile says. */
export async function install() {
  const lock = await readJson(inRoot('package-lock.json'));
  if (isInstalled(lock, await readJson(inRoot('node_modules', '.package-lock.json')))) return;
  console.error('Installing the dependencies ...');
  if ((await npm(['ci', '--no-audit', '--no-fund'])) !== 0) {
    throw new StepError('The dependencies could not be installed: `npm ci` failed. Is the npm registry reachable?');
  }
}

/** Ends the process with the script's status; a StepError is told in one line. */
export async function main(script) {
  try {
    process.exitCode = await script();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** Whether this file is the one that Node was started with. */
export const isEntry = (url) => process.argv[1] !== undefined && fileURLToPath(url) === path.resolve(process.argv[1]);
