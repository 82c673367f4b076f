import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator } from '@playwright/test';
import { parseCsv, type CsvRow } from '../models/csv-table.ts';
import { root } from './cli.ts';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';

let app: App;
let window: MainWindow;

test.beforeAll(async ({ launch }) => {
  app = await launch();
  window = new MainWindow(app.page);
});

test.afterAll(async () => {
  await app.close();
});

const kept = (kind: string): Locator => app.page.locator(`[data-testid=measurement][data-kind=${kind}]`);
const rows = (): Locator => app.page.getByTestId('measurement-row');

/** The whole stack; a slice of it that is damaged is a series of the same name. */
async function openStack(): Promise<void> {
  const named = app.page.getByTestId('series-item').filter({ hasText: 'SYNTHETIC chest CT' });
  await expect(named).toHaveCount(2);
  await named.last().click();
  await expect(window.viewport).toContainText('1 / 24');
}

/** Positions as shares of the viewport. */
type Place = readonly [x: number, y: number];

async function at([x, y]: Place): Promise<[number, number]> {
  const box = (await window.viewport.boundingBox())!;
  return [box.x + box.width * x, box.y + box.height * y];
}

async function drag(...places: Place[]): Promise<void> {
  const { mouse } = app.page;
  for (const [i, place] of places.entries()) {
    await mouse.move(...(await at(place)), { steps: 3 });
    if (i === 0) await mouse.down();
  }
  await mouse.up();
}

async function click(...places: Place[]): Promise<void> {
  for (const place of places) {
    await app.page.mouse.move(...(await at(place)));
    await app.page.mouse.down();
    await app.page.mouse.up();
  }
}

async function exported(): Promise<CsvRow[]> {
  const { name, bytes } = await app.save(() => app.page.getByTestId('export-measurements').click());
  expect(name).toMatch(/\.csv$/);
  return parseCsv(new TextDecoder().decode(bytes)).rows.map(({ row }) => row);
}

test('every kind is drawn by dragging or by clicks, and listed', async () => {
  const { page } = app;
  await openStack();
  await window.viewport.focus();
  await page.keyboard.press('m');
  await drag([0.35, 0.2], [0.6, 0.2]);
  await page.keyboard.press('q');
  await drag([0.3, 0.3], [0.42, 0.45]);
  await page.keyboard.press('e');
  await drag([0.5, 0.3], [0.62, 0.45]);
  await page.keyboard.press('y');
  await drag([0.32, 0.55], [0.42, 0.56], [0.4, 0.7], [0.3, 0.68]);
  await page.keyboard.press('a');
  await click([0.6, 0.55], [0.5, 0.65], [0.62, 0.68]);
  await page.keyboard.press('b');
  await drag([0.5, 0.75], [0.6, 0.73]);
  await drag([0.5, 0.8], [0.6, 0.84]);
  await page.keyboard.press('u');
  await click([0.46, 0.5]);
  await page.keyboard.press('j');
  await drag([0.7, 0.3], [0.75, 0.25]);
  await page.keyboard.press('g');
  await click([0.68, 0.7]);
  await page.keyboard.type('Look here');
  await page.keyboard.press('Enter');
  await expect(rows()).toHaveCount(9);
  await expect(kept('rectangle')).toHaveAttribute(
    'aria-label',
    /Mean -?[\d.,]+ HU, SD .* HU, Min .* HU, Max .* HU.*Pixels .*Area .* mm²/,
  );
  await expect(kept('length')).toHaveAttribute('aria-label', /Length 1: [\d.,]+ mm/);
  await expect(kept('angle')).toHaveAttribute('aria-label', /Angle 1: [\d.]+°/);
  await expect(kept('cobb')).toHaveAttribute('aria-label', /Cobb angle 1: [\d.]+°/);
  await expect(kept('text')).toHaveAttribute('aria-label', /Look here/);
  await expect(rows().first()).toContainText('PixelSpacing');
});

test('a handle moves a point, steps are taken back and done again, and Delete deletes', async () => {
  const { page } = app;
  const length = kept('length');
  const before = await length.getAttribute('aria-label');
  await page.keyboard.press('Escape');
  await window.viewport.focus();
  await page.keyboard.press('w');
  await length.focus();
  const handle = page.getByTestId('measurement-handle').nth(1);
  const box = (await handle.boundingBox())!;
  await page.mouse.move(box.x + 5, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + 45, box.y + 5, { steps: 3 });
  await page.mouse.up();
  const after = await length.getAttribute('aria-label');
  expect(after).not.toBe(before);
  await page.keyboard.press('Control+z');
  await expect(length).toHaveAttribute('aria-label', before!);
  await page.keyboard.press('Control+Shift+z');
  await expect(length).toHaveAttribute('aria-label', after!);
  await length.focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  await expect(length).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(length).toHaveCount(1);
});

test('without a mouse: Enter places a shape, arrows move its points', async () => {
  const { page } = app;
  await window.viewport.focus();
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  await expect(kept('length')).toHaveCount(2);
  const placed = kept('length').last();
  const before = await placed.getAttribute('aria-label');
  await page.getByTestId('measurement-handle').last().focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(placed).not.toHaveAttribute('aria-label', before!);
  await placed.focus();
  await page.keyboard.press('Delete');
  await expect(kept('length')).toHaveCount(1);
});

test('what was drawn comes back, and its numbers are those of the pixels in the file', async () => {
  const { page } = app;
  await window.viewport.focus();
  await page.keyboard.press('k');
  await page.keyboard.press('w');
  const labels = () => page.getByTestId('measurement').evaluateAll((all) => all.map((one) => one.ariaLabel).sort());
  const before = await labels();
  await page.reload();
  await openStack();
  await expect(page.getByTestId('measurement')).toHaveCount(9);
  expect(await labels()).toEqual(before);
  await expect(page.getByRole('button', { name: 'Key image' })).toHaveAttribute('aria-pressed', 'true');

  const table = await exported();
  expect(table).toHaveLength(9);
  expect(table.every((row) => row['key_image'] === 'yes' && row['file']!.endsWith('.dcm'))).toBe(true);
  const bytes = await readFile(join(root, 'samples', table[0]!['file']!.replace(/^samples\//, '')));
  const [side, size] = [256, 256 * 256 * 2];
  const stored = new Int16Array(
    bytes.buffer.slice(bytes.byteOffset + bytes.length - size, bytes.byteOffset + bytes.length),
  );
  for (const kind of ['rectangle', 'ellipse']) {
    const row = table.find((one) => one['kind'] === kind)!;
    const [ax, ay, bx, by] = row['points']!.split(' ').map(Number) as [number, number, number, number];
    const inside: number[] = [];
    stored.forEach((value, i) => {
      const [x, y] = [(i % side) + 0.5, Math.floor(i / side) + 0.5];
      const [u, v] = [(2 * x - ax - bx) / (bx - ax), (2 * y - ay - by) / (by - ay)];
      if (kind === 'ellipse' ? u * u + v * v <= 1 : Math.abs(u) <= 1 && Math.abs(v) <= 1) inside.push(value);
    });
    const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
    const sd = Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length);
    // Slope and intercept of the phantom: see scripts/samples/ct.ts.
    const intercept = Number(row['minimum']) - Math.min(...inside);
    expect(Number(row['pixels'])).toBe(inside.length);
    expect(Number(row['mean'])).toBeCloseTo(mean + intercept, 9);
    expect(Number(row['sd'])).toBeCloseTo(sd, 9);
    expect(Number(row['maximum'])).toBe(Math.max(...inside) + intercept);
  }
});
