/** npm run build: installs where needed, compiles models, worker and main, and bundles the renderer. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot, install, isEntry, main, node, StepError } from './tools.mjs';

/** What the renderer's bundle is made from. */
const RENDERER_SOURCES = [
  'renderer',
  'models',
  'main/ipc',
  'worker/protocol.ts',
  'vite.config.ts',
  'package-lock.json',
];
const STAMP = inRoot('dist', '.renderer-stamp');

/** A fingerprint of names, sizes and times: changes whenever a file is added, removed or written. */
async function fingerprint(sources) {
  const hash = createHash('sha256');
  const visit = async (file) => {
    const found = await stat(file).catch(() => null);
    if (!found) return;
    if (!found.isDirectory()) {
      hash.update(`${file}\0${found.size}\0${found.mtimeMs}\n`);
      return;
    }
    for (const name of (await readdir(file)).sort()) await visit(path.join(file, name));
  };
  for (const source of sources) await visit(inRoot(...source.split('/')));
  return hash.digest('hex');
}

async function bundleRenderer() {
  const current = await fingerprint(RENDERER_SOURCES);
  const built = await stat(inRoot('dist', 'renderer', 'index.html')).catch(() => null);
  if (built && (await readFile(STAMP, 'utf8').catch(() => '')) === current) return;
  const vite = inRoot('node_modules', 'vite', 'bin', 'vite.js');
  if ((await node([vite, 'build', '--logLevel', 'warn'])) !== 0) throw new StepError('The renderer was not bundled.');
  await mkdir(path.dirname(STAMP), { recursive: true });
  await writeFile(STAMP, current);
}

/** Brings dist/ up to date; does next to nothing where it is. */
export async function build() {
  await install();
  const tsc = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  if ((await node([tsc, '-b', 'models', 'worker', 'main'])) !== 0) throw new StepError('The code does not compile.');
  await bundleRenderer();
  await chmod(inRoot('dist', 'main', 'cli.js'), 0o755);
  return 0;
}

if (isEntry(import.meta.url)) await main(build);
