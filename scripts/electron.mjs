/** Finds Electron's binary, which its npm package downloads apart and which may be out of reach. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot, node } from './tools.mjs';

const DOWNLOAD_LIMIT_MS = 90_000;
const FAILED = inRoot('.cache', 'electron-download-failed');
const DAY_MS = 24 * 60 * 60 * 1000;

const exists = (file) =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Whether a window can be opened. */
export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

async function installed() {
  const folder = inRoot('node_modules', 'electron');
  const name = await readFile(path.join(folder, 'path.txt'), 'utf8').catch(() => null);
  const binary = name && path.join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(folder, 'dist'), name.trim());
  return binary && (await exists(binary)) ? binary : null;
}

async function failedLately() {
  const failure = await stat(FAILED).catch(() => null);
  return failure !== null && Date.now() - failure.mtimeMs < DAY_MS;
}

/**
 * @param {{ download: boolean }} options download: try to fetch it, unless that failed within the last day
 * @returns {Promise<string | null>} path of the binary, or null
 */
export async function findElectron({ download }) {
  const present = await installed();
  if (present || !download || process.env.ELECTRON_SKIP_BINARY_DOWNLOAD || (await failedLately())) return present;
  const installer = inRoot('node_modules', 'electron', 'install.js');
  if (!(await exists(installer))) return null;
  console.error('Fetching Electron, once ...');
  await node([installer], { quiet: true, timeoutMs: DOWNLOAD_LIMIT_MS });
  const fetched = await installed();
  if (!fetched) {
    await mkdir(path.dirname(FAILED), { recursive: true });
    await writeFile(FAILED, 'Delete this file to try again before a day has passed.\n');
  }
  return fetched;
}
