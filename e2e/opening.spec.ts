import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import sharp, { type Sharp } from 'sharp';
import { encodeDicom } from '../worker/imaging/dicom/write.ts';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';

let app: App;
let window: MainWindow;
let folder: string;

test.beforeAll(async ({ launch }) => {
  folder = await mkdtemp(join(tmpdir(), 'hifuse-e2e-images-'));
  app = await launch();
  window = new MainWindow(app.page);
});

test.afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** A bright square in the upper left corner of a dark picture, twice as wide as high. */
function cornerPicture(): Sharp {
  const corner = { create: { width: 16, height: 16, channels: 3 as const, background: 'white' } };
  const whole = { create: { width: 80, height: 40, channels: 3 as const, background: '#204060' } };
  return sharp(whole).composite([{ input: corner, left: 0, top: 0 }]);
}

/** Frames that get brighter, as an ultrasound loop would come. */
function loop(frames: number): Uint8Array {
  const side = 32;
  const pixels = new Uint8Array(side * side * frames);
  for (let frame = 0; frame < frames; frame++)
    pixels.fill(40 + frame * 40, frame * side * side, (frame + 1) * side * side);
  return encodeDicom({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.3.1',
    SOPInstanceUID: '2.25.77001',
    StudyInstanceUID: '2.25.77002',
    SeriesInstanceUID: '2.25.77003',
    SeriesDescription: 'Loop',
    Modality: 'US',
    Rows: side,
    Columns: side,
    NumberOfFrames: frames,
    FrameTime: 50,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    PixelData: pixels,
  });
}

test('a folder opens, and its first image shows at once', async () => {
  await window.show('chest-phantom.png');
  await expect(window.image('truncated')).toBeVisible();
  // The list holds the rows in sight alone: their number is told above it.
  const count = app.page.getByTestId('image-count');
  const before = Number(await count.textContent());
  await Promise.all([
    writeFile(join(folder, 'loop.dcm'), loop(4)),
    writeFile(join(folder, 'notes.txt'), 'no image'),
    cornerPicture().jpeg().withMetadata({ orientation: 6 }).toFile(join(folder, 'turned.jpg')),
  ]);
  await app.openFolder(folder);
  await expect(count).toHaveText(String(before + 2));
  await app.page.getByTestId('skipped-count').click();
  await expect(app.page.getByTestId('skipped-list')).toContainText('notes.txt');
  await app.page.keyboard.press('Escape');
  await window.expectShown((await window.image('loop.dcm').getAttribute('data-image-id'))!);
});

test('a photograph shows upright', async () => {
  await window.show('turned.jpg');
  // Turned clockwise for the display: higher than wide, the bright corner on the upper right.
  await expect(window.viewport).toContainText('40 × 80');
  // Nothing lies over it: a photograph is outside of what the model is meant for.
  await expect(window.viewport).toHaveAttribute('data-overlay', 'off');
  await window.picture();
  const bright = await window.viewport
    .locator('canvas')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const high = canvas.height;
      const grey = (x: number, y: number) => canvas.getContext('2d')!.getImageData(x, y, 1, 1).data[1]!;
      const [middle, quarter] = [canvas.width / 2, high / 8];
      return {
        left: grey(middle - quarter, quarter),
        right: grey(middle + quarter, quarter),
        below: grey(middle, high * 0.9),
      };
    });
  expect(bright.right).toBeGreaterThan(200);
  expect(Math.max(bright.left, bright.below)).toBeLessThan(150);
});

test('frames of one file play', async () => {
  await window.show('loop.dcm');
  await expect(window.viewport).toContainText('Frame 1 / 4');
  await expect(app.page.getByLabel('Frames per second')).toHaveValue('20');
  await app.page.getByRole('button', { name: 'Play' }).click();
  await expect(window.viewport).toHaveAttribute('data-rendered', /:2$/);
  // Around the end, back to the first.
  await expect(window.viewport).toHaveAttribute('data-rendered', /:0$/);
  await app.page.getByRole('button', { name: 'Stop' }).click();
  await expect(app.page.getByRole('button', { name: 'Play' })).toBeEnabled();
});

test('dropped files open, and a text among them gets a clear error', async () => {
  const png = await cornerPicture().png().toBuffer();
  await window.drop([
    { name: 'dropped.png', type: 'image/png', bytes: png },
    { name: 'letter.txt', type: 'text/plain', bytes: new TextEncoder().encode('Dear colleague') },
  ]);
  await expect(window.image('dropped.png')).toHaveAttribute('data-status', 'ready');
  await expect(window.image('letter.txt')).toHaveAttribute('data-status', 'failed');
  await window.image('letter.txt').click();
  await expect(app.page.getByTestId('error-message').first()).toContainText(/letter\.txt/);
  await window.show('dropped.png');
});

test('what was closed comes back with Undo, where it was', async () => {
  const names = () => window.images.evaluateAll((all) => all.map((row) => row.getAttribute('data-name')));
  const before = await names();
  await window.image('dropped.png').getByRole('button', { name: 'Close' }).click();
  await expect(window.image('dropped.png')).toHaveCount(0);
  await window.toasts.filter({ hasText: 'Closed dropped.png' }).getByRole('button', { name: 'Undo' }).click();
  await expect(window.image('dropped.png')).toBeVisible();
  expect(await names()).toEqual(before);
});

test('a batch that is cancelled keeps what was done', async () => {
  await app.page.getByTestId('classify-all').click();
  const panel = app.page.getByTestId('batch-panel');
  await expect(panel.locator('[data-testid=batch-row][data-status=ok]').first()).toBeVisible();
  await app.page.getByTestId('batch-cancel').click();
  await expect(panel).toHaveAttribute('data-state', 'cancelled');
  await expect(panel.locator('[data-testid=batch-row][data-status=ok]').first()).toBeVisible();
  await expect(app.page.getByTestId('batch-summary')).toContainText(/Cancelled at \d+ of \d+/);
});
