/** The desktop application's own entry, preload script and host: in Electron where it is, else on its stand-in. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { root } from './cli.ts';
import { forkStandIn } from './electron-stand-in/launch.ts';
import { launchInElectron } from './in-electron.ts';
import { MainWindow } from './pages.ts';
import { pdfText } from './pdf.ts';

test.describe.configure({ mode: 'serial' });

const inElectron = process.env['HIFUSE_E2E_HOST'] === 'electron';
const PHANTOM = join(root, 'samples/chest-phantom.png');
/** A batch that takes some seconds. */
const COPIES = 30;

let app: Awaited<ReturnType<typeof launchInElectron>>;
let window: MainWindow;
let folder: string;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hifuse-desktop-'));
  for (let i = 0; i < COPIES; i++) await copyFile(PHANTOM, join(folder, `copy-${i}.png`));
  app = await launchInElectron(inElectron ? 'electron' : 'stand-in');
  window = new MainWindow(app.page);
  await app.page.getByTestId('accept-notice').click();
});

test.afterAll(async () => {
  // A batch may still run; the person quits all the same.
  await app.application.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
  });
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

test('a second start opens its file in the window that is there, and ends', async () => {
  test.skip(inElectron, 'A second process of Electron is started by hand.');
  const second = forkStandIn({ env: app.env, args: [join(folder, 'copy-7.png'), join(folder, 'gone.dcm')] });
  await new Promise((resolve) => second.once('exit', resolve));
  expect(second.exitCode).toBe(0);
  await window.expectShown((await window.image('copy-7.png').getAttribute('data-image-id'))!);
  await expect(window.image('gone.dcm')).toContainText(/not found|no such|is gone|does not exist|cannot/i);
  expect((await window.probabilities()).size).toBe(3);
});

test('a folder opens by the menu, and a report is saved where the person says', async () => {
  const before = (await window.viewport.getAttribute('data-rendered'))!;
  await app.openFolder(folder, () =>
    app.application.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()!.items.flatMap(
        ({ submenu }) => submenu as unknown as Electron.MenuItem[],
      );
      items.find((item) => item?.label?.startsWith('Open folder'))!.click();
    }),
  );
  // The first of its images that is read is shown at once; the one that was open already is none of them.
  await expect(window.viewport).not.toHaveAttribute('data-rendered', before);
  const [top1] = [...(await window.probabilities())].reduce((a, b) => (b[1] > a[1] ? b : a));
  const { name, bytes } = await app.save(() => app.page.getByTestId('save-report').click());
  expect(name).toMatch(/\.pdf$/);
  const { text } = await pdfText(bytes);
  expect(text).toMatch(/copy-(?!7)/);
  expect(text.toLowerCase()).toContain(top1.toLowerCase());
});

test('the inference process may be aborted by V8', async () => {
  await app.application.evaluate(({ app: electronApp }) => {
    for (const { name, pid } of electronApp.getAppMetrics())
      if (name?.endsWith('inference')) process.kill(pid, 'SIGABRT');
  });
  await expect(app.page.getByTestId('worker-banner')).toContainText(/restarted/i);
  await expect(app.page.getByTestId('worker-status')).toContainText(/ready/i);
});

test('the page goes nowhere, opens nothing and reaches no other computer', async () => {
  const { page } = app;
  const before = page.url();
  const reached = await page.evaluate(async () => {
    const opened = globalThis.open('https://example.invalid/');
    const tried = await Promise.allSettled([
      fetch('https://example.com/'),
      new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = resolve;
        image.onerror = reject;
        image.src = 'https://example.com/a.png';
      }),
      navigator.mediaDevices.getUserMedia({ video: true }),
    ]);
    location.href = 'https://example.com/';
    return {
      opened: opened !== null && !opened.closed && opened.location.href !== 'about:blank',
      states: tried.map(({ status }) => status),
    };
  });
  expect(reached.states).toEqual(['rejected', 'rejected', 'rejected']);
  expect(reached.opened).toBe(false);
  await page.waitForTimeout(300);
  expect(page.url()).toBe(before);
  expect((await window.probabilities()).size).toBe(3);
});

test('a page that is loaded again knows what is open and what runs', async () => {
  const count = await app.page.getByTestId('image-count').textContent();
  await app.page.evaluate(() => {
    document.body.dataset['before'] = 'yes';
  });
  await app.page.getByTestId('classify-all').click();
  await expect(app.page.getByTestId('batch-panel')).toHaveAttribute('data-state', 'running');
  await app.application.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]!.webContents.reload();
  });
  await expect(app.page.locator('body')).not.toHaveAttribute('data-before', 'yes');
  await expect(app.page.getByTestId('batch-panel')).toHaveAttribute('data-state', 'running');
  await expect(app.page.getByTestId('image-count')).toHaveText(count!);
});

test('quitting asks while a batch runs, and goes on running if the person wants that', async () => {
  const { application } = app;
  await expect.poll(() => application.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.isStarted(1))).toBe(true);
  const asked = await application.evaluate(async ({ app: electronApp, dialog, BrowserWindow }) => {
    let questions = 0;
    dialog.showMessageBox = () => {
      questions++;
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
    electronApp.quit();
    BrowserWindow.getAllWindows()[0]!.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { questions, windows: BrowserWindow.getAllWindows().length };
  });
  expect(asked).toEqual({ questions: 1, windows: 1 });
  await expect(app.page.getByTestId('batch-panel')).toHaveAttribute('data-state', 'running');
});
