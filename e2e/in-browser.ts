import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Browser } from '@playwright/test';
import { root } from './cli.ts';
import type { App } from './launch.ts';
import { childrenOf } from './processes.ts';

/** Starts the Node host and opens the app in a fresh browser context. */
export async function launchInBrowser(browser: Browser, settings?: Record<string, unknown>): Promise<App> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'hifuse-e2e-'));
  if (settings) await writeFile(join(dataDirectory, 'settings.json'), JSON.stringify(settings));
  const server = spawn(
    process.execPath,
    [join(root, 'dist/main/serve.js'), '--no-open', '--port', '0', '--data-dir', dataDirectory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const address = await addressOf(server);
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await context.newPage();
  await page.goto(address);
  return {
    host: 'browser',
    page,
    crashWorker: async () => {
      for (const pid of await childrenOf(server.pid!)) process.kill(pid, 'SIGKILL');
    },
    openFolder: async (folder, ask) => {
      await (ask ?? (() => page.getByRole('button', { name: 'Open folder…' }).first().click()))();
      const path = page.getByTestId('browse-path');
      const shown = page.getByTestId('browse-list');
      // The folder that the dialog begins with comes first, or it would replace what is typed.
      await expect(shown).toHaveAttribute('data-folder', /./);
      await path.fill(folder);
      await path.press('Enter');
      await expect(shown).toHaveAttribute('data-folder', folder);
      await page.getByTestId('browse-open-folder').click();
    },
    save: async (action) => {
      const [download] = await Promise.all([page.waitForEvent('download'), action()]);
      return { name: download.suggestedFilename(), bytes: new Uint8Array(await readFile(await download.path())) };
    },
    close: async () => {
      await context.close();
      server.kill('SIGTERM');
      await new Promise((resolve) => server.once('exit', resolve));
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The host prints its address on a line of its own. */
async function addressOf(server: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: server.stdout! })) {
    const match = /^http:\/\/127\.0\.0\.1:\d+\/\S*$/.exec(line.trim());
    if (match) return match[0];
  }
  throw new Error('The host ended without printing its address.');
}
