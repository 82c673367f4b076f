import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether a module is what Node was started with, also by way of a link (npm's .bin). */
export function isEntry(moduleUrl: string): boolean {
  const [, started] = process.argv;
  if (started === undefined) return false;
  try {
    return realpathSync(started) === fileURLToPath(moduleUrl);
  } catch {
    // An installed application has its first argument there, which need not be a file.
    return false;
  }
}
