import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { build } from 'vite';

/**
 * Compiles the entry of the imaging threads for tests: Node 20 runs no TypeScript, and tests run before any build. It
 * stands under node_modules so that packages are found from there.
 */
export async function buildThreadEntry(name: string): Promise<URL> {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const outDir = join(root, 'node_modules', '.cache', 'hifuse', `imaging-thread-${name}`);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(root, 'worker/imaging/pool-thread.ts'),
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'node20',
    },
  });
  return pathToFileURL(join(outDir, 'pool-thread.js'));
}
