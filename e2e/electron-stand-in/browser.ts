/** The Chromium that windows are pages of. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';

let opened: Promise<{ context: BrowserContext; folder: string }> | null = null;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function open(): Promise<{ context: BrowserContext; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hifuse-electron-'));
  const port = await freePort();
  const executablePath = process.env['HIFUSE_CHROMIUM'];
  const context = await chromium.launchPersistentContext(folder, {
    ...(executablePath ? { executablePath } : {}),
    viewport: null,
    args: [
      `--remote-debugging-port=${port}`,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
  // Where the test reaches the same pages.
  process.send?.({ kind: 'browser', endpoint: `http://127.0.0.1:${port}` });
  return { context, folder };
}

export async function browser(): Promise<BrowserContext> {
  opened ??= open();
  return (await opened).context;
}

export async function closeBrowser(): Promise<void> {
  if (!opened) return;
  const { context, folder } = await opened;
  await context.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
