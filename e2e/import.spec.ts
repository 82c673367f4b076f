import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { root } from './cli.ts';
import { test } from './launch.ts';

/** What the bundled model was made from; not part of the project. */
const source = join(root, '..', 'shared', 'checkpoints', 'chest-xray-nano');
const checkpoint = join(source, 'best_model.pth');
const { calibration } = JSON.parse(
  readFileSync(join(root, 'models', 'bundled', 'chest-xray-nano', 'manifest.json'), 'utf8'),
) as { calibration: { temperature: number } };
const { temperature } = calibration;

test('a checkpoint is imported, and answers as the bundled model does', async ({ app, window }) => {
  test.skip(!existsSync(checkpoint), `${checkpoint} is not here`);
  test.slow();
  const { page } = app;
  await window.show('chest-phantom.png');
  const bundled = await window.probabilities();
  await page.getByRole('button', { name: 'Import a model' }).click();
  await page.getByTestId('import-file').setInputFiles(checkpoint);
  await expect(page.getByTestId('import-summary')).toContainText('HiFuse nano');
  await page.getByTestId('import-name').fill('Imported nano');
  await page.getByTestId('import-license').fill('CC BY 4.0');
  await page.getByTestId('import-class-file').setInputFiles(join(source, 'class_indices.json'));
  await expect(page.getByTestId('import-classes')).toHaveValue(/bacterial pneumonia\nnormal\nviral pneumonia/);
  await page.getByLabel('Geometry').selectOption('stretch-224');
  await page.getByTestId('preview-image').click();
  const views = page.getByTestId('preview-view');
  await expect(views).toHaveCount(2);
  await expect(views.locator('canvas')).toHaveCount(2);
  await app.openFolder(join(root, 'samples'), () => page.getByTestId('preview-folder').click());
  await expect(page.getByTestId('preview-summary')).toContainText(/\d+ images were tried/, { timeout: 60_000 });
  await page.getByTestId('import-submit').click();
  await expect(page.getByTestId('model-select')).toHaveValue('imported-nano');
  await expect(window.prediction).toContainText('Imported nano');
  const imported = await window.probabilities();
  expect([...imported.keys()].sort()).toEqual([...bundled.keys()].sort());
  // The logits are the same; the bundled model's are divided by its temperature before they become probabilities.
  const raised = new Map([...bundled].map(([name, probability]) => [name, probability ** temperature]));
  const sum = [...raised.values()].reduce((total, value) => total + value, 0);
  for (const [name, value] of raised) expect(imported.get(name)).toBeCloseTo(value / sum, 3);
});

test('a file that is no checkpoint is refused by name', async ({ app }) => {
  await app.page.getByRole('button', { name: 'Import a model' }).click();
  const file = { name: 'notes.pth', mimeType: 'application/octet-stream', buffer: Buffer.from('not a checkpoint') };
  await app.page.getByTestId('import-file').setInputFiles(file);
  await expect(app.page.getByTestId('error-message').first()).toContainText(/notes\.pth/);
  await expect(app.page.getByTestId('import-submit')).toBeDisabled();
});
