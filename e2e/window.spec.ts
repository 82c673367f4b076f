import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { root } from './cli.ts';
import { launch, type App } from './launch.ts';

let app: App;
let page: Page;

test.beforeAll(async ({ browser }) => {
  app = await launch(browser);
  page = app.page;
  await page.getByTestId('image-item').filter({ hasText: 'chest-phantom.dcm' }).first().click();
  await expect(page.getByTestId('class-row').first()).toBeVisible();
});

test.afterAll(async () => {
  await app.close();
});

/** `npm run screenshot` keeps the picture for the README; otherwise it stays with the results of the run. */
test('the window shows image, prediction and heat map', async () => {
  await page.getByTestId('overlay-opacity').fill('0.6');
  await page.waitForTimeout(500);
  const folder = process.env['HIFUSE_KEEP_SCREENSHOT'] ? 'docs' : 'test-results';
  await page.screenshot({ path: join(root, folder, 'screenshot.png') });
  await expect(page.getByTestId('viewport')).toBeVisible();
  await expect(page.getByTestId('worker-status')).toContainText(/ready/i);
});

test('assistive technology finds nothing amiss', async () => {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
});

test('the page asks nothing of any other host', async () => {
  const hosts = new Set<string>();
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    // blob: and data: stay inside the page.
    if (/^(https?|wss?):$/.test(protocol)) hosts.add(hostname);
  });
  await page.reload();
  await expect(page.getByTestId('image-item').first()).toBeVisible();
  expect([...hosts]).toEqual(['127.0.0.1']);
});

test('the wheel goes through the slices of a series', async () => {
  await page.getByTestId('series-item').filter({ hasText: 'SYNTHETIC chest CT' }).last().click();
  const viewport = page.getByTestId('viewport');
  await expect(viewport).toContainText('1 / 24');
  await viewport.hover();
  await page.mouse.wheel(0, 200);
  await expect(viewport).toContainText('2 / 24');
});
