/** npm run package: builds installers for this system with electron-builder. `-- --dir` makes the folder alone. */
import { mkdir, readFile } from 'node:fs/promises';
import { build } from './build.mjs';
import { inRoot, main, node, StepError } from './tools.mjs';

const ICON_SIZE = 1024;

/** The one drawing of the icon, in the size that electron-builder makes all others from. */
async function drawIcon() {
  const { default: sharp } = await import('sharp');
  await mkdir(inRoot('.cache', 'package'), { recursive: true });
  const drawing = await readFile(inRoot('renderer', 'public', 'icon.svg'));
  await sharp(drawing, { density: 2400 })
    .resize(ICON_SIZE, ICON_SIZE)
    .png()
    .toFile(inRoot('.cache', 'package', 'icon.png'));
}

await main(async () => {
  await build();
  await drawIcon();
  const builder = inRoot('node_modules', 'electron-builder', 'cli.js');
  const status = await node([builder, '--publish', 'never', ...process.argv.slice(2)]);
  if (status !== 0) {
    throw new StepError('No installer was made. electron-builder fetches Electron from github.com: is it reachable?');
  }
  return 0;
});
