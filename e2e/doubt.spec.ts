/** An image outside of what the model is meant for, on every surface: none shows its answer without the verdict. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { root } from './cli.ts';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';
import { pdfText } from './pdf.ts';

const PHANTOM = 'chest-phantom.dcm';

let app: App;
let window: MainWindow;

test.beforeAll(async ({ launch }) => {
  app = await launch();
  window = new MainWindow(app.page);
});
test.afterAll(() => app.close());

test('the first start shows a phantom, refused with its reasons', async () => {
  await expect(window.image(PHANTOM)).toHaveAttribute('aria-selected', 'true');
  await window.probabilities();
  const verdict = app.page.getByTestId('verdict');
  await expect(verdict).toHaveAttribute('data-state', 'outside');
  await expect(verdict.locator('[data-reason="image.phantom"]')).toContainText('phantom');
  await expect(app.page.getByTestId('classes')).toHaveAttribute('data-withheld', 'true');
  await expect(window.viewport).toHaveAttribute('data-verdict', 'outside');
  await expect(window.viewport).toHaveAttribute('data-overlay', 'off');
  await expect(window.image(PHANTOM)).toContainText('Outside');
  // What a screen reader says.
  await expect(app.page.getByTestId('live-result')).toContainText('outside of what the model is meant for');
  await expect(app.page.getByTestId('live-result')).not.toContainText('%');
});

test('the report holds the answer back, and prints that it was asked for', async () => {
  const report = async () => pdfText((await app.save(() => app.page.getByTestId('save-report').click())).bytes);
  const held = await report();
  expect(held.text).toContain('Not shown: the image is outside');
  expect(held.text).toContain('phantom');
  expect(held.text).not.toContain('Most probable');
  await app.page.getByTestId('show-anyway').click();
  const shown = await report();
  expect(shown.text).toContain('The reader asked to see the answer although the image is outside');
  expect(shown.text).toContain('Most probable');
});

test('the table of a batch, CSV and JSON carry the verdict', async () => {
  await app.page.getByTestId('classify-all').click();
  await expect(app.page.getByTestId('batch-panel')).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
  const row = app.page.getByTestId('batch-table').getByTestId('batch-row').filter({ hasText: PHANTOM }).first();
  await expect(row).toContainText('Outside');
  const saved = async (id: string) => {
    const { bytes } = await app.save(() => app.page.getByTestId(id).click());
    return new TextDecoder().decode(bytes);
  };
  const [head, ...rows] = (await saved('export-csv')).split('\r\n').map((line) => line.split(','));
  const fields = rows.find((all) => all[0]!.endsWith(PHANTOM))!;
  expect(fields[head!.indexOf('verdict')]).toBe('outside');
  expect(fields[head!.indexOf('verdict_reasons')]).toContain('image.phantom');
  const { results } = JSON.parse(await saved('export-json')) as {
    results: {
      file: string;
      verdict: { state: string; oodScore: number; reasons: { code: string; details: object }[] } | null;
    }[];
  };
  const { verdict } = results.find(({ file }) => file.endsWith(PHANTOM))!;
  expect(verdict!.state).toBe('outside');
  expect(typeof verdict!.oodScore).toBe('number');
  expect(verdict!.reasons[0]).toMatchObject({ code: 'image.phantom', details: {} });
});

test('the command line says it in its rows and at the end, and draws no map', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hifuse-e2e-doubt-'));
  try {
    const cli = (...more: string[]) =>
      promisify(execFile)(process.execPath, [
        join(root, 'dist/main/cli.js'),
        ...['classify', join(root, 'samples', PHANTOM), '--heatmaps', folder, ...more],
      ]);
    const { stdout, stderr } = await cli();
    const [result] = (JSON.parse(stdout) as { results: { verdict: { state: string }; heatMap?: string }[] }).results;
    expect(result).toMatchObject({ verdict: { state: 'outside' } });
    expect(result).not.toHaveProperty('heatMap');
    expect(stderr).toContain('1 outside of what the model is meant for');
    expect(await readdir(folder)).toEqual([]);
    await cli('--show-anyway');
    expect(await readdir(folder)).toEqual([`${PHANTOM}.heatmap.png`]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
