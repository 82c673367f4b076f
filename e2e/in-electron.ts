import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { _electron, expect, type Page } from '@playwright/test';
import type * as ElectronModule from 'electron';
import { root } from './cli.ts';
import { launchStandIn } from './electron-stand-in/launch.ts';
import type { App } from './launch.ts';

type Electron = typeof ElectronModule;

/** The running desktop application, on Electron or on its stand-in. */
export interface DesktopApplication {
  page: Page;
  /** Runs a function in the main process, which takes and gives JSON. */
  evaluate<R, A = undefined>(run: (electron: Electron, argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  close(): Promise<void>;
}

/** Where each system keeps a person's files (main/paths.ts). */
const environment = (home: string) => ({ ...process.env, HOME: home, XDG_CONFIG_HOME: home, APPDATA: home });

async function launchElectron(home: string): Promise<DesktopApplication> {
  const executablePath = process.env['HIFUSE_ELECTRON'];
  if (!executablePath) throw new Error('HIFUSE_ELECTRON must name the binary of Electron; scripts/test.mjs does.');
  const application = await _electron.launch({
    executablePath,
    // Chromium's sandbox does not work for root.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), join(root, 'dist/main/index.js')],
    env: environment(home) as Record<string, string>,
  });
  return {
    page: await application.firstWindow(),
    evaluate: (run, argument) => application.evaluate(run as never, argument) as never,
    close: () => application.close(),
  };
}

/** Starts the desktop application. The system's own dialogs are answered for the person: nothing can click in them. */
export async function launchInElectron(
  on: 'electron' | 'stand-in',
  settings?: Record<string, unknown>,
): Promise<App & { application: DesktopApplication; env: NodeJS.ProcessEnv }> {
  const home = await mkdtemp(join(tmpdir(), 'hifuse-e2e-'));
  if (settings) {
    await mkdir(join(home, 'HiFuse Viewer'));
    await writeFile(join(home, 'HiFuse Viewer', 'settings.json'), JSON.stringify(settings));
  }
  const application = await (on === 'electron' ? launchElectron(home) : launchStandIn({ env: environment(home) }));
  const { page } = application;
  return {
    host: 'electron',
    page,
    application,
    env: environment(home),
    crashWorker: async () => {
      await application.evaluate(({ app }) => {
        for (const { name, pid } of app.getAppMetrics()) if (name?.endsWith('inference')) process.kill(pid, 'SIGKILL');
      });
    },
    openFolder: async (folder, ask) => {
      await application.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
      }, folder);
      await (ask ?? (() => page.getByRole('button', { name: 'Open folder…' }).first().click()))();
    },
    save: async (action) => {
      await application.evaluate(({ dialog }, folder) => {
        dialog.showSaveDialog = (...given: unknown[]) => {
          const { defaultPath } = given.at(-1) as { defaultPath: string };
          return Promise.resolve({ canceled: false, filePath: `${folder}/${defaultPath}` });
        };
      }, home);
      await action();
      const told = page
        .getByTestId('toast')
        .filter({ hasText: `Saved ${home}` })
        .last();
      await expect(told).toBeVisible();
      const path = /Saved (.*)/.exec((await told.locator('span').first().textContent()) ?? '')![1]!.trim();
      return { name: basename(path), bytes: new Uint8Array(await readFile(path)) };
    },
    close: async () => {
      await application.close();
      // The last processes may still write there.
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
