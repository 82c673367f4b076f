import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Locator } from '@playwright/test';
import { root } from './cli.ts';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';

let app: App;
let window: MainWindow;
let folder: string;

test.beforeAll(async ({ launch }) => {
  folder = await mkdtemp(join(tmpdir(), 'hifuse-e2e-panes-'));
  app = await launch();
  window = new MainWindow(app.page);
});

test.afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const pane = (index: number): Locator => app.page.getByTestId('pane').nth(index).getByTestId('viewport');
const series = (name: string): Locator => app.page.getByTestId('series-item').filter({ hasText: name }).last();

test('two panes show two images, each with a view and a prediction of its own', async () => {
  const { page } = app;
  await window.show('chest-phantom.dcm');
  const chest = await window.probabilities();
  await page.getByTestId('layout-toggle').click();
  await expect(page.getByTestId('pane')).toHaveCount(2);

  await pane(1).click();
  await series('SYNTHETIC chest CT').click();
  await expect(pane(1)).toContainText('1 / 24');
  await expect(pane(0)).toContainText('R');
  await page.getByRole('button', { name: 'Flip left to right' }).click();
  await page.keyboard.press('ArrowDown');
  await expect(pane(1)).toContainText('2 / 24');
  await expect(pane(1).getByTestId('orientation')).toHaveAttribute('aria-label', /left L, right R/);
  await expect(pane(0).getByTestId('orientation')).toHaveAttribute('aria-label', /left R, right L/);
  expect(await window.probabilities()).not.toEqual(chest);

  await pane(0).click();
  expect(await window.probabilities()).toEqual(chest);
  await expect(window.image('chest-phantom.dcm')).toHaveAttribute('aria-selected', 'true');
  await page.getByTestId('layout-toggle').click();
  await expect(page.getByTestId('pane')).toHaveCount(1);
  await expect(pane(0)).not.toContainText('24');
});

test('a slice that is damaged does not hold the wheel', async () => {
  const slices = ['slice-01.dcm', 'slice-02.dcm', 'slice-03.dcm'];
  for (const name of slices) await copyFile(join(root, 'samples/ct-phantom', name), join(folder, name));
  const damaged = await readFile(join(folder, 'slice-02.dcm'));
  await app.page.getByRole('button', { name: 'Close all' }).click();
  await expect(window.images).toHaveCount(0);
  await writeFile(join(folder, 'slice-02.dcm'), damaged.subarray(0, damaged.length / 2));
  await app.openFolder(folder);
  await expect(window.viewport).toContainText('1 / 3');
  await window.viewport.hover();
  await app.page.mouse.wheel(0, 120);
  await expect(window.viewport).toContainText('cannot be shown');
  await app.page.mouse.wheel(0, 120);
  await expect(window.viewport).toContainText('3 / 3');
});
