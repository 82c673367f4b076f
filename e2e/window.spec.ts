import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { root } from './cli.ts';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';

let app: App;
let window: MainWindow;

test.beforeAll(async ({ launch }) => {
  app = await launch();
  window = new MainWindow(app.page);
  await window.show('chest-phantom.dcm');
  await window.probabilities();
  // A phantom is outside of what the model is meant for; these specs look at its map all the same.
  await app.page.getByTestId('show-anyway').click();
});

test.afterAll(async () => {
  await app.close();
});

/** `npm run screenshot` keeps the picture for the README; otherwise it stays with the results of the run. */
test('the window shows image, prediction and heat map', async () => {
  await app.page.getByTestId('overlay-opacity').fill('0.6');
  await window.picture();
  const folder = process.env['HIFUSE_KEEP_SCREENSHOT'] ? 'docs' : 'test-results';
  await app.page.screenshot({ path: join(root, folder, 'screenshot.png') });
  await expect(window.viewport).toHaveAttribute('data-overlay', 'on');
  await expect(app.page.getByTestId('worker-status')).toContainText(/ready/i);
});

test('assistive technology finds nothing amiss', async () => {
  const axe = new AxeBuilder({ page: app.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']);
  // Electron opens no second page for axe to put its results together in.
  const { violations } = await axe.setLegacyMode(app.host === 'electron').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
});

test('the page asks nothing of any other host', async () => {
  const hosts = new Set<string>();
  app.page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    // blob: and data: stay inside the page.
    if (!/^(blob|data):$/.test(protocol)) hosts.add(`${protocol}${hostname}`);
  });
  await app.page.reload();
  await expect(window.images.first()).toBeVisible();
  const own = { browser: ['http:127.0.0.1'], electron: ['app:hifuse'] };
  expect([...hosts]).toEqual(own[app.host]);
});

test('the wheel goes through the slices of a series', async () => {
  await app.page.getByTestId('series-item').filter({ hasText: 'SYNTHETIC chest CT' }).last().click();
  await expect(window.viewport).toContainText('1 / 24');
  await window.viewport.hover();
  await app.page.mouse.wheel(0, 200);
  await expect(window.viewport).toContainText('2 / 24');
});

test('the letters of the sides follow a flip', async () => {
  await window.show('chest-phantom.dcm');
  const sides = app.page.getByTestId('orientation');
  await expect(sides).toHaveAttribute('aria-label', /left R, right L, top H, bottom F/);
  await app.page.getByRole('button', { name: 'Flip left to right' }).click();
  await expect(sides).toHaveAttribute('aria-label', /left L, right R, top H, bottom F/);
  await app.page.getByRole('button', { name: 'Rotate clockwise' }).click();
  await expect(sides).toHaveAttribute('aria-label', /left F, right H, top L, bottom R/);
  await app.page.getByRole('button', { name: 'Reset the view' }).click();
  await expect(sides).toHaveAttribute('aria-label', /left R, right L/);
});

test('what the network saw can be looked at, in its own 224 x 224 pixels', async () => {
  await window.show('chest-phantom.dcm');
  await window.probabilities();
  await app.page.getByTestId('network-input-toggle').click();
  const canvas = app.page.getByTestId('network-input').locator('canvas');
  await expect(canvas).toBeVisible();
  const { width, height, greys } = await canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    return { width, height, greys: new Set(data.filter((_, i) => i % 4 === 0)).size };
  });
  expect([width, height]).toEqual([224, 224]);
  expect(greys).toBeGreaterThan(50);
});

test('the device panel says what was tried, and what runs', async () => {
  await app.page.getByTestId('device-chip').click();
  const rows = app.page.getByTestId('device-row');
  const running = rows.and(app.page.locator('[data-status=running]'));
  await expect(running).toHaveCount(1);
  await expect(running).toContainText(/e-\d+/);
  await expect(running).toContainText(/ms/);
  expect(await rows.count()).toBeGreaterThan(1);
  for (const text of await rows
    .and(app.page.locator('[data-status=unavailable]'))
    .locator('td:last-child')
    .allTextContents())
    expect(text).toMatch(/\S{3}/);
  await app.page.keyboard.press('Escape');
  await expect(rows.first()).toBeHidden();
});
