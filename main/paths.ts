import { homedir } from 'node:os';
import path from 'node:path';
import { applicationRoot, productName } from './about.ts';

/** Where the parts of the application lie. */
export const PATHS = {
  bundledModels: path.join(applicationRoot, 'models', 'bundled'),
  samples: path.join(applicationRoot, 'samples'),
  renderer: path.join(applicationRoot, 'dist', 'renderer'),
  preload: path.join(applicationRoot, 'dist', 'main', 'preload.cjs'),
  workerEntry: path.join(applicationRoot, 'dist', 'worker', 'index.js'),
} as const;

/** Where programs keep a person's files, by the habit of each system. */
const DATA_HOMES: Partial<Record<NodeJS.Platform, () => string>> = {
  win32: () => process.env['APPDATA'] ?? path.join(homedir(), 'AppData', 'Roaming'),
  darwin: () => path.join(homedir(), 'Library', 'Application Support'),
};

/** Folder for settings and imported models: Electron's `userData`, so that every way to start the app shares it. */
export function defaultDataDirectory(): string {
  const home = DATA_HOMES[process.platform]?.() ?? process.env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config');
  return path.join(home, productName);
}
