import { test as base, type Page } from '@playwright/test';
import { launchInBrowser } from './in-browser.ts';
import { launchInElectron } from './in-electron.ts';
import { MainWindow } from './pages.ts';

export interface LaunchOptions {
  /** Default: as a person who has read the notice. */
  acceptNotice?: boolean;
  /** As settings of an earlier version, which the application takes over. */
  settings?: Record<string, unknown>;
}

export interface SavedFile {
  name: string;
  bytes: Uint8Array;
}

/** The running app, whichever host it runs in. */
export interface App {
  readonly host: 'browser' | 'electron';
  readonly page: Page;
  /** Ends the inference process as a crash would. */
  crashWorker(): Promise<void>;
  /**
   * Chooses a folder as a person does: in the app's own dialog, or in the system's where the host has one.
   * @param ask what makes the app ask for it; left out: the button that opens a folder
   */
  openFolder(folder: string, ask?: () => Promise<void>): Promise<void>;
  /** Does what saves a file, and answers what was saved. */
  save(action: () => Promise<void>): Promise<SavedFile>;
  close(): Promise<void>;
}

export type Launch = (options?: LaunchOptions) => Promise<App>;

/** HIFUSE_E2E_HOST=electron runs the same specs in the desktop application; stand-in: on a stand-in for Electron. */
const host = process.env['HIFUSE_E2E_HOST'] ?? 'browser';
export const inElectron = host === 'electron' || host === 'stand-in';

interface TestFixtures {
  /** The app as a new user has it, started for one test. */
  app: App;
  /** The parts of its window. */
  window: MainWindow;
}

/** `launch` starts the app as a new user has it: with an empty data folder. */
export const test = base.extend<TestFixtures, { launch: Launch }>({
  app: async ({ launch }, use) => {
    const app = await launch();
    await use(app);
    await app.close();
  },
  window: async ({ app }, use) => {
    await use(new MainWindow(app.page));
  },
  launch: [
    inElectron
      ? // Playwright wants a pattern; this host needs no browser.
        async ({}, use) => {
          await use((options) =>
            accepted(launchInElectron(host === 'electron' ? 'electron' : 'stand-in', options?.settings), options),
          );
        }
      : async ({ browser }, use) => {
          await use((options) => accepted(launchInBrowser(browser, options?.settings), options));
        },
    { scope: 'worker' },
  ],
});

async function accepted(launching: Promise<App>, { acceptNotice = true }: LaunchOptions = {}): Promise<App> {
  const app = await launching;
  if (acceptNotice) await app.page.getByTestId('accept-notice').click();
  return app;
}
