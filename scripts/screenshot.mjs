/** npm run screenshot: makes docs/screenshot.png anew, of the built application, for the README. */
import { build } from './build.mjs';
import { findChromium } from './chromium.mjs';
import { inRoot, main, node, StepError } from './tools.mjs';

await main(async () => {
  await build();
  const chromium = await findChromium();
  if (!chromium) throw new StepError('There is no Chromium to take the picture with. Install one and run again.');
  const playwright = inRoot('node_modules', '@playwright', 'test', 'cli.js');
  const env = { HIFUSE_CHROMIUM: chromium.path, HIFUSE_KEEP_SCREENSHOT: '1' };
  return node([playwright, 'test', 'e2e/window.spec.ts', '-g', 'the window shows'], { env });
});
