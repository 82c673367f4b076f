import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { applicationRoot } from '../../main/about.ts';

/** The script that runs in every page before its own: the page's half of the stand-in, then the preload script. */
export async function preloadScript(preload: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(applicationRoot, 'e2e/electron-stand-in/page.ts'), formats: ['iife'], name: 'standIn' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (!output || !('output' in output)) throw new Error('The page’s half of the stand-in was not built.');
  const script = `${output.output[0].code}
    ((require, module, exports) => {
      ${await readFile(preload, 'utf8')}
    })(standIn.require, { exports: {} }, {});`;
  return `if (window === window.top) {\n${script}\n}`;
}
