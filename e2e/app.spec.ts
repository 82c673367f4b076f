import { join } from 'node:path';
import { expect } from '@playwright/test';
import { classify, root } from './cli.ts';
import { test } from './launch.ts';
import { pdfText } from './pdf.ts';

const chest = 'chest-phantom.png';

test('the first start shows the samples, and what is predicted equals the command line', async ({ app, window }) => {
  await window.show(chest);
  const shown = await window.probabilities();
  const told = await classify(join(root, 'samples', chest));
  expect([...shown.keys()].sort()).toEqual([...told.probabilities.keys()].sort());
  for (const [name, probability] of told.probabilities) expect(shown.get(name)).toBeCloseTo(probability, 5);
  await expect(app.page.getByText(/research use only/i).first()).toBeVisible();
  await expect(app.page.getByTestId('worker-status')).toContainText(/ready/i);
});

test('the overlay changes with the class and with the opacity', async ({ app, window }) => {
  await window.show(chest);
  await window.probabilities();
  const opacity = app.page.getByTestId('overlay-opacity');
  await opacity.fill('0');
  const plain = await window.picture();
  await opacity.fill('0.6');
  const first = await window.picture();
  expect(first).not.toEqual(plain);
  const choice = app.page.getByTestId('overlay-class');
  const others = await choice.locator('option').evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value));
  const current = await choice.inputValue();
  const pictures = [first];
  for (const value of others.filter((v) => v !== current)) {
    await choice.selectOption(value);
    pictures.push(await window.picture());
  }
  // Each class has a map of its own.
  expect(new Set(pictures).size).toBe(others.length);
  await choice.selectOption(current);
  await opacity.fill('0.2');
  expect(await window.picture()).not.toEqual(first);
});

test('a truncated file shows its error and the others still work', async ({ app, window }) => {
  await window.image('truncated').click();
  await expect(app.page.getByTestId('error-message').first()).toContainText(/truncated/i);
  await window.show(chest);
  expect((await window.probabilities()).size).toBe(3);
});

test('the app survives the end of its inference process', async ({ app, window }) => {
  await window.show(chest);
  const before = await window.probabilities();
  await app.crashWorker();
  await expect(app.page.getByTestId('worker-status')).toContainText(/restart/i);
  await expect(app.page.getByTestId('worker-banner')).toContainText(/restarted/i);
  expect(await window.probabilities()).toEqual(before);
  await window.show('skin-phantom');
  const after = await window.probabilities();
  await expect(app.page.getByTestId('verdict')).toContainText(/picture in colour/);
  expect(after.size).toBe(3);
  expect(after).not.toEqual(before);
});

test('a report is saved, and its text holds the prediction', async ({ app, window }) => {
  await window.show(chest);
  const shown = await window.probabilities();
  const [top1] = [...shown].reduce((a, b) => (b[1] > a[1] ? b : a));
  const { name, bytes } = await app.save(() => app.page.getByTestId('save-report').click());
  expect(name).toMatch(/\.pdf$/);
  const { pages, text } = await pdfText(bytes);
  expect(pages).toBe(1);
  expect(text.toLowerCase()).toContain(top1.toLowerCase());
  expect(text).toContain(`${(shown.get(top1)! * 100).toFixed(1)}`);
  expect(text).toMatch(/research use only/i);
});

test('all open images are classified, with the failure kept as a row', async ({ app }) => {
  await app.page.getByTestId('classify-all').click();
  const table = app.page.getByTestId('batch-table');
  await expect(table.getByTestId('batch-row').filter({ hasText: 'truncated' }).first()).toContainText(/failed/i);
  const { bytes } = await app.save(() => app.page.getByTestId('export-csv').click());
  const csv = new TextDecoder().decode(bytes);
  expect(csv.split('\n')[0]).toMatch(/^file,frame,status,top1,p:/);
  expect(csv).toMatch(/truncated.*failed/);
  expect(csv).toMatch(new RegExp(`${chest}.*ok`));
});
