import { expect } from '@playwright/test';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';

let app: App;
let window: MainWindow;

test.beforeAll(async ({ launch }) => {
  app = await launch({ acceptNotice: false });
  window = new MainWindow(app.page);
});

test.afterAll(async () => {
  await app.close();
});

test('the notice has to be answered before anything else', async () => {
  const { page } = app;
  await expect(page.getByTestId('notice-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('notice-dialog')).toBeVisible();
  await expect(page.getByTestId('classify-all').click({ timeout: 1000 })).rejects.toThrow();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('notice-dialog')).toBeHidden();
});

test('the notice is answered once', async () => {
  await app.page.reload();
  await expect(window.images.first()).toBeVisible();
  await expect(app.page.getByTestId('notice-dialog')).toBeHidden();
});

test('without a mouse: images, window, heat map, help', async () => {
  const { page } = app;
  const { keyboard } = page;
  await expect(window.image('chest-phantom.dcm')).toHaveAttribute('aria-selected', 'true');
  await window.tabTo(page.getByRole('treeitem').and(page.locator('[tabindex="0"]')));
  await keyboard.press('End');
  await keyboard.press('ArrowRight');
  await keyboard.press('ArrowDown');
  await expect(window.viewport).toContainText('CT');
  await expect(window.viewport).toHaveAttribute('data-rendered', /.+:0/);

  await window.tabTo(page.getByLabel('Window preset'));
  const before = await page.getByTestId('window-text').textContent();
  await keyboard.press('End');
  await expect(page.getByTestId('window-text')).not.toHaveText(before ?? '');
  await window.tabTo(window.viewport);
  await keyboard.press('d');
  await expect(page.getByTestId('window-text')).toHaveText(before ?? '');

  // A slice of a CT is outside of what the model is meant for: its map is held back until it is asked for.
  await expect(window.viewport).toHaveAttribute('data-verdict', 'outside');
  await expect(window.viewport).toHaveAttribute('data-overlay', 'off');
  await window.tabTo(page.getByTestId('show-anyway'));
  await keyboard.press('Enter');
  await window.tabTo(window.viewport);
  await expect(window.viewport).toHaveAttribute('data-overlay', 'on');
  await keyboard.press('o');
  await expect(window.viewport).toHaveAttribute('data-overlay', 'off');
  await keyboard.press('o');
  await expect(window.viewport).toHaveAttribute('data-overlay', 'on');

  await keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys and mouse' });
  await expect(help).toBeVisible();
  await keyboard.press('Escape');
  await expect(help).toBeHidden();
});
