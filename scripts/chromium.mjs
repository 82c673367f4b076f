/** Finds a Chromium for the end-to-end tests, or gets one. */
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { inRoot, node, run } from './tools.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** Where installers put them when not on the PATH. */
const PLACES = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
    .flatMap((name) => process.env[name] ?? [])
    .flatMap((folder) => [
      path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      path.join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]),
};

/** Whether it is there and starts (a browser without its system libraries does not). */
async function works(file) {
  const found = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  // On Windows `--version` would open a window.
  if (!found || process.platform === 'win32') return found;
  return (await run(file, ['--version', '--no-sandbox'], { quiet: true, timeoutMs: 30_000 })) === 0;
}

async function playwrights() {
  const { chromium } = await import('playwright');
  return [chromium.executablePath()];
}

const systems = () => [
  ...(process.env.PATH ?? '').split(path.delimiter).flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
  ...(PLACES[process.platform] ?? []),
];

async function installWithPlaywright() {
  const cli = inRoot('node_modules', 'playwright', 'cli.js');
  await node([cli, 'install', 'chromium'], { timeoutMs: 180_000 });
  return playwrights();
}

async function installWithApt() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return [];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env, timeoutMs: 180_000 });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env, timeoutMs: 600_000 });
  return systems();
}

/** In this order; each gives places to look at. */
const SOURCES = [
  { how: 'named by HIFUSE_CHROMIUM', places: () => (process.env.HIFUSE_CHROMIUM ? [process.env.HIFUSE_CHROMIUM] : []) },
  { how: "Playwright's own", places: playwrights },
  { how: 'installed on this system', places: systems },
  { how: "fetched by Playwright's installer", places: installWithPlaywright },
  { how: 'installed with apt-get', places: installWithApt },
];

/** @returns {Promise<{ path: string, how: string } | null>} */
export async function findChromium() {
  for (const { how, places } of SOURCES) {
    for (const place of await places()) if (await works(place)) return { path: place, how };
  }
  return null;
}
