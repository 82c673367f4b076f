import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Locator } from '@playwright/test';
import { encodeDicom, type DataSetValues } from '../worker/imaging/dicom/write.ts';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';

let app: App;
let window: MainWindow;
let folder: string;

const SIDE = 64;

/** A slice with a bright square, of a made-up patient. */
function slice(number: number, values: DataSetValues): Uint8Array {
  const pixels = Int16Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    return Math.abs(x - 32) < 10 && Math.abs(y - 32) < 10 ? 60 + number : -800;
  });
  return encodeDicom({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    Modality: 'CT',
    PatientName: 'SYNTHETIC^LAYOUTS',
    PatientID: 'SYNTHETIC-2',
    InstanceNumber: number,
    Rows: SIDE,
    Columns: SIDE,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 1,
    RescaleSlope: 1,
    RescaleIntercept: 0,
    PixelSpacing: [1, 1],
    PixelData: new Uint16Array(pixels.buffer),
    ...values,
  });
}

async function series(uid: string, count: number, values: (i: number) => DataSetValues): Promise<void> {
  await mkdir(join(folder, uid));
  for (let i = 0; i < count; i++) {
    const made = slice(i + 1, {
      SeriesInstanceUID: `2.25.9.${uid}`,
      SOPInstanceUID: `2.25.9.${uid}.${i}`,
      ...values(i),
    });
    await writeFile(join(folder, uid, `${i}.dcm`), made);
  }
}

test.beforeAll(async ({ launch }) => {
  folder = await mkdtemp(join(tmpdir(), 'hifuse-e2e-layouts-'));
  const current = { StudyInstanceUID: '2.25.9.1', StudyDate: '20240501', FrameOfReferenceUID: '2.25.9.7' };
  const prior = { StudyInstanceUID: '2.25.9.2', StudyDate: '20230501', FrameOfReferenceUID: '2.25.9.8' };
  const axial = [1, 0, 0, 0, 1, 0];
  await series('1', 20, (i) => ({
    ...{ ...current, SeriesDescription: 'Axial thin', SeriesNumber: 1 },
    ...{ ImageOrientationPatient: axial, ImagePositionPatient: [-32, -32, i * 2] },
  }));
  await series('2', 5, (i) => ({
    ...{ ...current, SeriesDescription: 'Axial thick', SeriesNumber: 2 },
    ...{ ImageOrientationPatient: axial, ImagePositionPatient: [-32, -32, i * 8] },
  }));
  await series('3', 3, (i) => ({
    ...{ ...current, SeriesDescription: 'Sagittal', SeriesNumber: 3 },
    ...{ ImageOrientationPatient: [0, 1, 0, 0, 0, -1], ImagePositionPatient: [i * 4, -32, 50] },
  }));
  await series('4', 10, (i) => ({
    ...{ ...prior, SeriesDescription: 'Axial thin', SeriesNumber: 1 },
    ...{ ImageOrientationPatient: axial, ImagePositionPatient: [-32, -32, 500 + i * 4] },
  }));
  app = await launch();
  window = new MainWindow(app.page);
  await app.page.getByRole('button', { name: 'Close all' }).click();
  await expect(window.images).toHaveCount(0);
  await app.openFolder(folder);
  await expect(app.page.getByTestId('series-item')).toHaveCount(4);
  await expect(pane(0)).toContainText('1 / 20');
});

test.afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const pane = (index: number): Locator => app.page.getByTestId('pane').nth(index).getByTestId('viewport');
const press = (name: string) => app.page.getByRole('button', { name, exact: true }).click();

test('two by two: each pane its series, scrolling linked by position in the patient, with reference lines', async () => {
  const { page } = app;
  await page.getByTestId('layout').selectOption('2x2');
  await expect(page.getByTestId('pane')).toHaveCount(4);
  await expect(pane(1)).toContainText('1 / 5');
  await expect(pane(2)).toContainText('1 / 3');
  await expect(pane(3)).toContainText('1 / 10');
  await pane(0).click();
  await press('Link scrolling');
  for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowDown');
  await expect(pane(0)).toContainText('10 / 20');
  // 18 mm: the thick slice at 16 mm; nothing of a slice that lies across; the prior by fraction.
  await expect(pane(1)).toContainText('3 / 5');
  await expect(pane(2)).toContainText('1 / 3');
  await expect(pane(3)).toContainText('5 / 10');
  await expect(pane(2).getByTestId('reference-line')).toHaveCount(1);
  await expect(pane(1).getByTestId('reference-line')).toHaveCount(0);
  await page.screenshot({ path: 'test-results/layouts-2x2.png' });
});

test('window and zoom follow where they are linked, and a pane fills the window by a double click', async () => {
  const { page } = app;
  await press('Link window');
  await press('Link zoom');
  await page.getByLabel('Window preset').selectOption({ label: '2 · Lung (-600/1500)' });
  await expect(pane(1)).toContainText('W 1500 L -600');
  await pane(0).focus();
  await page.keyboard.press('+');
  const zoom = (await pane(0).getByText(/^Zoom/).textContent())!;
  await expect(pane(3)).toContainText(zoom);
  await pane(1).dblclick();
  await expect(page.getByTestId('pane')).toHaveCount(1);
  await expect(pane(0)).toContainText('3 / 5');
  await page.keyboard.press('Shift+Enter');
  await expect(page.getByTestId('pane')).toHaveCount(4);
});

test('the window is typed, chosen by number keys, and made sigmoid', async () => {
  const { page } = app;
  await pane(0).click();
  await page.getByTestId('window-width').fill('333');
  await page.getByTestId('window-width').press('Enter');
  await page.getByTestId('window-center').fill('-20');
  await page.getByTestId('window-center').press('Enter');
  await expect(pane(0)).toContainText('W 333 L -20');
  await page.getByTestId('window-width').fill('-5');
  await page.getByTestId('window-width').press('Enter');
  await expect(pane(0)).toContainText('W 333 L -20');
  await pane(0).focus();
  await page.keyboard.press(';');
  await expect(pane(0)).toContainText('W 333 L -20 SIGMOID');
  await page.keyboard.press('4');
  await expect(pane(0)).toContainText('W 1800 L 400 (Bone)');
});

test('the prior stands beside the current study, and the map beside its image', async () => {
  const { page } = app;
  await pane(0).click();
  await page.keyboard.press('Alt+c');
  await expect(page.getByTestId('pane')).toHaveCount(2);
  await expect(pane(0)).toContainText('2024-05-01');
  await expect(pane(1)).toContainText('2023-05-01');
  await pane(0).click();
  await page.keyboard.press('Alt+o');
  await expect(pane(1)).toContainText('2024-05-01');
  await expect(pane(0)).toHaveAttribute('data-rendered', (await pane(1).getAttribute('data-rendered'))!);
});
