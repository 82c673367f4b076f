import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { classify, root } from './cli.ts';
import { launch, type App } from './launch.ts';
import { pdfText } from './pdf.ts';

const chest = 'chest-phantom.png';

let app: App;
let page: Page;

test.beforeEach(async ({ browser }) => {
  app = await launch(browser);
  page = app.page;
});

test.afterEach(async () => {
  await app.close();
});

/** Opens an image of the list and waits until it is on screen. */
async function open(name: string | RegExp): Promise<void> {
  await page.getByTestId('image-item').filter({ hasText: name }).first().click();
  await expect(page.getByTestId('viewport')).toHaveAttribute('data-rendered', /.+:0/);
}

/** Class name -> probability, in full precision, as the prediction panel has it. */
async function shownProbabilities(): Promise<Map<string, number>> {
  const rows = page.getByTestId('prediction-panel').getByTestId('class-row');
  await expect(rows.first()).toBeVisible();
  const pairs = await rows.evaluateAll((all) =>
    all.map((row) => [row.getAttribute('data-class')!, Number(row.getAttribute('data-probability'))] as const),
  );
  return new Map(pairs);
}

test('the first start shows the samples, and what is predicted equals the command line', async () => {
  await open(chest);
  const shown = await shownProbabilities();
  const told = await classify(join(root, 'samples', chest));
  expect([...shown.keys()].sort()).toEqual([...told.probabilities.keys()].sort());
  for (const [name, probability] of told.probabilities) expect(shown.get(name)).toBeCloseTo(probability, 5);
  await expect(page.getByText(/research use only/i).first()).toBeVisible();
  await expect(page.getByTestId('worker-status')).toContainText(/ready/i);
});

test('the overlay changes with the class and with the opacity', async () => {
  await open(chest);
  await shownProbabilities();
  const viewport = page.getByTestId('viewport');
  const opacity = page.getByTestId('overlay-opacity');
  const picture = async () => {
    await page.waitForTimeout(300);
    return (await viewport.screenshot()).toString('base64');
  };
  await opacity.fill('0');
  const plain = await picture();
  await opacity.fill('0.6');
  const first = await picture();
  expect(first).not.toEqual(plain);
  const choice = page.getByTestId('overlay-class');
  const others = await choice.locator('option').evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value));
  const current = await choice.inputValue();
  const pictures = new Set([first]);
  for (const value of others.filter((v) => v !== current)) {
    await choice.selectOption(value);
    pictures.add(await picture());
  }
  expect(pictures.size).toBeGreaterThan(1);
  await choice.selectOption(current);
  await opacity.fill('0.2');
  expect(await picture()).not.toEqual(first);
});

test('a truncated file shows its error and the others still work', async () => {
  const item = page.getByTestId('image-item').filter({ hasText: 'truncated' }).first();
  await item.click();
  await expect(page.getByTestId('error-message').first()).toContainText(/truncated/i);
  await open(chest);
  expect((await shownProbabilities()).size).toBe(3);
});

test('the app survives the end of its inference process', async () => {
  await open(chest);
  const before = await shownProbabilities();
  app.crashWorker();
  await expect(page.getByTestId('worker-status')).toContainText(/restart/i);
  expect(await shownProbabilities()).toEqual(before);
  await open(/skin-phantom/);
  const after = await shownProbabilities();
  expect(after.size).toBe(3);
  expect(after).not.toEqual(before);
});

test('a report is saved, and its text holds the prediction', async () => {
  await open(chest);
  const shown = await shownProbabilities();
  const [top1] = [...shown].reduce((a, b) => (b[1] > a[1] ? b : a));
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-report').click()]);
  expect(download.suggestedFilename()).toMatch(/\.pdf$/);
  const { pages, text } = await pdfText(new Uint8Array(await readFile(await download.path())));
  expect(pages).toBe(1);
  expect(text.toLowerCase()).toContain(top1.toLowerCase());
  expect(text).toContain(`${(shown.get(top1)! * 100).toFixed(1)}`);
  expect(text).toMatch(/research use only/i);
});

test('all open images are classified, with the failure kept as a row', async () => {
  await page.getByTestId('classify-all').click();
  const table = page.getByTestId('batch-table');
  await expect(table.getByTestId('batch-row').filter({ hasText: 'truncated' }).first()).toContainText(/failed/i);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /csv/i }).click(),
  ]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.split('\n')[0]).toMatch(/^file,frame,status,top1,p:/);
  expect(csv).toMatch(/truncated.*failed/);
  expect(csv).toMatch(new RegExp(`${chest}.*ok`));
});
