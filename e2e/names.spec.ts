import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { encodeDicom } from '../worker/imaging/dicom/write.ts';
import { test } from './launch.ts';
import { pdfText } from './pdf.ts';

const SIDE = 64;
/** Whoever is meant is nowhere to be read, however it is written. */
const SOMEBODY = /zwickel|somebody|zw4711|19500102|1950-01-02/i;

/** A radiograph of a person, whom its texts name in several places. @param bright of which half */
const radiograph = (bright: 'left' | 'right'): Uint8Array =>
  encodeDicom({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.1',
    SOPInstanceUID: '2.25.88001',
    StudyInstanceUID: '2.25.88002',
    SeriesInstanceUID: '2.25.88003',
    PatientName: 'Zwickel^Somebody',
    PatientID: 'ZW4711',
    PatientBirthDate: '19500102',
    StudyDescription: 'Zwickel, control',
    SeriesDescription: 'Zwickel pa',
    Modality: 'CR',
    PatientOrientation: ['L', 'F'],
    Rows: SIDE,
    Columns: SIDE,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    WindowCenter: 2000,
    WindowWidth: 4000,
    PixelData: Uint16Array.from({ length: SIDE * SIDE }, (_, i) =>
      i % SIDE < SIDE / 2 === (bright === 'left') ? 3000 + (i % 7) * 50 : 200 + (i % 5) * 40,
    ),
  });

test('names that are hidden are hidden everywhere; reports print what is displayed, and never two versions of a file', async ({
  app,
  window,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'hifuse-e2e-names-'));
  const file = join(folder, 'Zwickel_Somebody.dcm');
  await writeFile(file, radiograph('left'));
  await app.openFolder(folder);
  await window.show('Zwickel_Somebody');
  await window.probabilities();
  await expect(app.page.locator('body')).toContainText('Zwickel');

  await app.page.getByRole('button', { name: 'Patient name' }).click();
  await app.page.getByRole('button', { name: 'DICOM tags' }).click();
  const tags = app.page.getByRole('dialog');
  await expect(tags).toContainText('PatientName');
  expect(await app.page.locator('body').innerText()).not.toMatch(SOMEBODY);
  const told = app.page.locator('[title], [aria-label], [alt]');
  const words = await told.evaluateAll((all) =>
    all.flatMap((element) => ['title', 'aria-label', 'alt'].map((name) => element.getAttribute(name))),
  );
  expect(words.join('\n')).not.toMatch(SOMEBODY);
  await app.page.keyboard.press('Escape');
  await expect(tags).toBeHidden();

  await app.page.getByRole('button', { name: 'Flip left to right' }).click();
  await app.page.getByRole('button', { name: /^Invert/ }).click();
  const report = () => app.save(() => app.page.getByTestId('save-report').click());
  const saved = await report();
  const { text } = await pdfText(saved.bytes);
  expect(saved.name).not.toMatch(SOMEBODY);
  expect(text).not.toMatch(SOMEBODY);
  const caption = text.replace(/\s+/g, ' ');
  expect(caption).toMatch(/W 4000 L 2000, inverted, mirrored left to right/);
  expect(caption).toMatch(/left L, right R/);

  await app.page.getByTestId('classify-all').click();
  await expect(app.page.getByTestId('batch-row').first()).toContainText('Image 1');
  const { name, bytes } = await app.save(() => app.page.getByTestId('export-json').click());
  expect(name).not.toMatch(SOMEBODY);
  expect(new TextDecoder().decode(bytes)).not.toMatch(SOMEBODY);
  await app.page.getByRole('button', { name: 'Hide the batch' }).click();

  // Another picture takes the file's name after it was displayed: a report of the old one is refused, the new one is shown.
  const before = await window.picture();
  const [old] = [await window.probabilities()];
  await writeFile(file, radiograph('right'));
  await app.page.getByTestId('save-report').click();
  await expect(window.toasts.filter({ hasText: /changed/ }).first()).toBeVisible();
  await expect.poll(() => window.picture()).not.toBe(before);
  await expect.poll(async () => [...(await window.probabilities())].join()).not.toBe([...old].join());
  expect((await report()).bytes.length).toBeGreaterThan(1000);
  await rm(folder, { recursive: true });
});
