import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';

const root = join(import.meta.dirname, '..');

/** The running app, whichever host it runs in. */
export interface App {
  page: Page;
  /** Ends the inference process as a crash would. */
  crashWorker(): void;
  close(): Promise<void>;
}

/** Starts the app as a new user has it (an empty data folder) and opens it in a fresh browser context. */
export async function launch(browser: Browser, options: { acceptNotice?: boolean } = {}): Promise<App> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'hifuse-e2e-'));
  const server = spawn(
    process.execPath,
    [join(root, 'dist/main/serve.js'), '--no-open', '--port', '0', '--data-dir', dataDirectory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const address = await addressOf(server);
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await context.newPage();
  await page.goto(address);
  if (options.acceptNotice ?? true) await page.getByRole('button', { name: /understand/i }).click();
  return {
    page,
    crashWorker: () => {
      for (const pid of childrenOf(server.pid!)) process.kill(pid, 'SIGKILL');
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

function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return lines.trim().split(/\s+/).map(Number);
}
