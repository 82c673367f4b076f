/** npm start: builds, then opens the app in Electron, or in the browser where Electron's binary cannot be had. */
import { build } from './build.mjs';
import { findElectron, hasDisplay } from './electron.mjs';
import { inRoot, main, node, run } from './tools.mjs';

/** Options of the browser's host: whoever gives one of them wants that host. */
const HOST_OPTIONS = ['--no-open', '--port'];

/** Chromium's sandbox does not work for root. */
const sandbox = () => (process.getuid?.() === 0 ? ['--no-sandbox'] : []);

await main(async () => {
  const args = process.argv.slice(2);
  await build();
  const wantsBrowser = args.some((arg) => HOST_OPTIONS.includes(arg.split('=')[0]));
  // npm runs scripts in the project's root; paths that the person gives start from where they are.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const electron = await findElectron({ download: !wantsBrowser && hasDisplay() });
  if (electron && !wantsBrowser && hasDisplay()) {
    return run(electron, [...sandbox(), inRoot('dist', 'main', 'index.js'), ...args], { cwd });
  }
  if (!electron) console.error('Electron is not available here: HiFuse Viewer runs in your browser instead.');
  else if (!wantsBrowser) console.error('There is no display here: HiFuse Viewer runs in your browser instead.');
  return node([inRoot('dist', 'main', 'serve.js'), ...args], { cwd });
});
