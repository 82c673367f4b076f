import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { warning } from '../../models/warnings.ts';
import { HEAT_MAP_FULL_SCALE } from '../../models/imaging/heatmap.ts';
import { patientAgeOf } from '../../models/imaging/patient-age.ts';
import type { ImageHeader, Prediction } from '../../worker/protocol.ts';
import { createReport, type ReportOptions } from '../services/reports.ts';
import { fakeHeader, fakeManifest, fakePrediction, fakeRequests } from '../testing/fakes.ts';
import { timestamp } from './content.ts';
import { intendedUseCautions } from './intended.ts';
import { renderOverlay } from './overlay.ts';

const [COLUMNS, ROWS] = [40, 30];
let gray: Uint8Array;
beforeAll(async () => {
  const raw = { width: COLUMNS, height: ROWS, channels: 1 } as const;
  gray = await sharp(Buffer.alloc(COLUMNS * ROWS, 100), { raw })
    .toColourspace('b-w')
    .png()
    .toBuffer();
});

/** A heat map of full strength in its left half. */
const heatMaps = (count: number) =>
  Array.from({ length: count }, (_, classIndex) => ({
    classIndex,
    rows: 1,
    columns: 2,
    values: Float32Array.from([HEAT_MAP_FULL_SCALE, 0]),
  }));

function worker(header: Partial<ImageHeader> = {}, prediction: Partial<Prediction> = {}, probabilities?: number[]) {
  return fakeRequests({
    'model.load': () =>
      Promise.resolve({
        directory: '/model',
        manifest: fakeManifest(),
        engine: 'onnx',
        device: 'cpu',
        precision: 'float32',
        preferredBatch: 4,
        devices: [],
      }),
    'model.classify': ({ images }) => {
      const made = fakePrediction(images[0]!, probabilities);
      const whole = { ...made, heatMaps: heatMaps(made.classes.length), ...prediction };
      return Promise.resolve([{ ok: true, prediction: whole }]);
    },
    'image.header': ({ path: file }) => Promise.resolve(fakeHeader(file, { rows: ROWS, columns: COLUMNS, ...header })),
    'image.render': () =>
      Promise.resolve({
        png: new Uint8Array(gray),
        width: COLUMNS,
        height: ROWS,
        content: { sha256: '', fileVersion: '1' },
      }),
  });
}

const OPTIONS: ReportOptions = {
  source: { path: '/images/a.dcm', frame: 0 },
  name: 'a.dcm',
  model: { directory: '/model', engine: 'auto', device: 'auto' },
  classIndex: null,
  window: null,
  overlayOpacity: 0.6,
  createdAt: new Date('2026-01-02T03:04:05Z'),
};

async function read(pdf: Uint8Array): Promise<{ pages: number; text: string }> {
  const document = await getDocument({ data: pdf.slice() }).promise;
  const { items } = await (await document.getPage(1)).getTextContent();
  return { pages: document.numPages, text: items.map((item) => ('str' in item ? item.str : '')).join(' ') };
}

/** Text without spaces: runs of several fonts and broken lines are separate pieces. */
const squeeze = (text: string): string => text.replace(/\s+/g, '');

describe('the report', () => {
  it('holds on one page what was predicted, by what, from what, and the notice', async () => {
    const { pdf } = await createReport(worker(), OPTIONS);
    const { pages, text } = await read(pdf);
    expect(pages).toBe(1);
    const expected = [
      'For research use only. Not a medical device.',
      'Phantom, Chest',
      'SYN-1',
      '2019-02-03',
      '5 years',
      'a.dcm',
      'Normal: 70.0 %',
      'Bacterial pneumonia',
      '20.0 %',
      'Not calibrated',
      'Chest radiographs (chest 1.0.0)',
      'ab'.repeat(32),
      'stretched to 224 × 224',
      'ONNX Runtime on CPU, float32',
      'CR or DX; CHEST; AP or PA; 1 to 5 years',
      'Chest radiographs of children, one hospital',
      'accuracy 0.871',
      'Grad-CAM for “Normal”',
      timestamp(OPTIONS.createdAt),
    ];
    for (const part of expected) expect(squeeze(text)).toContain(squeeze(part));
    expect(text).not.toMatch(/Outside of what|does not give/);
  });

  it.each([
    ['Müller-Łukaszewicz^Çağla', 'Müller-Łukaszewicz, Çağla'],
    ['Люкceмбypг^Иван', 'Люкceмбypг, Иван'],
    ['Διονυσιος^Γιώργος', 'Διονυσιος, Γιώργος'],
    ['Nguyễn^Thị', 'Nguyễn, Thị'],
    ['Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada, Tarou (山田, 太郎; やまだ, たろう)'],
    ['Hong^Gildong=洪^吉洞=홍^길동', 'Hong, Gildong (洪, 吉洞; 홍, 길동)'],
  ])('writes %s so that it can be read and searched', async (patientName, shown) => {
    const { text } = await read((await createReport(worker({ patientName }), OPTIONS)).pdf);
    expect(squeeze(text)).toContain(squeeze(shown));
    expect(text).not.toContain('□');
  });

  it('says so where its fonts lack a character', async () => {
    const { text } = await read((await createReport(worker({ patientName: 'محمد' }), OPTIONS)).pdf);
    expect(text).toContain('□□□□');
    expect(squeeze(text)).toContain(squeeze('□ stands for a character that the report’s fonts do not have.'));
  });

  it('stays on one page with a thousand classes and the longest texts', async () => {
    const long = 'a very long text '.repeat(60);
    const probabilities = Array.from({ length: 1000 }, () => 0.001);
    const warnings = Array.from({ length: 20 }, () => warning('prediction.colour', { modalities: long }));
    const requests = worker(
      { patientName: long, studyDescription: long, patientId: 'x'.repeat(500) },
      { warnings },
      probabilities,
    );
    const { pages, text } = await read((await createReport(requests, { ...OPTIONS, name: 'y'.repeat(255) })).pdf);
    expect(pages).toBe(1);
    expect(squeeze(text)).toContain(squeeze('992 more classes, together 99.2 %'));
  });

  it('leaves the heat map out at no opacity', async () => {
    const { text } = await read((await createReport(worker(), { ...OPTIONS, overlayOpacity: 0 })).pdf);
    expect(text).not.toContain('Grad-CAM');
  });

  it('marks what the network saw only where a crop left something out', async () => {
    const region = { left: 5, top: 0, width: 30, height: 30 };
    const preprocessing = { geometry: 'shortest-edge-256-center-crop-224', window: 'x', region } as const;
    const cropped = await read((await createReport(worker({}, { preprocessing }), OPTIONS)).pdf);
    const whole = await read((await createReport(worker(), OPTIONS)).pdf);
    expect(squeeze(cropped.text)).toContain(squeeze('inside of the dashed line'));
    expect(squeeze(whole.text)).not.toContain(squeeze('dashed line'));
  });

  it('fails as the image does', async () => {
    const requests = fakeRequests({
      'model.load': worker().request.bind(null, 'model.load') as never,
      'model.classify': ({ images }) =>
        Promise.resolve([{ ok: false, image: images[0]!, error: { code: 'image.corrupt', message: 'cut off' } }]),
    });
    await expect(createReport(requests, OPTIONS)).rejects.toMatchObject({ code: 'image.corrupt' });
  });

  const hasPdftotext = ((): boolean => {
    try {
      execFileSync('pdftotext', ['-v'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();
  it.skipIf(!hasPdftotext)('is read by Poppler, too', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hifuse-report-'));
    const file = path.join(folder, 'report.pdf');
    writeFileSync(file, (await createReport(worker({ patientName: '山田^太郎' }), OPTIONS)).pdf);
    const text = execFileSync('pdftotext', [file, '-'], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(squeeze(text)).toContain('山田,太郎');
    expect(text).toContain('70.0 %');
  });
});

describe('renderOverlay', () => {
  it('colours where the network looked, and nothing else', async () => {
    const requests = worker();
    const prediction = { ...fakePrediction(OPTIONS.source), heatMaps: heatMaps(3) };
    const { overlay } = await renderOverlay(requests, prediction, {
      classIndex: 1,
      window: null,
      opacity: 0.5,
      maxSize: 100,
    });
    const { data, info } = await sharp(overlay).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([COLUMNS, ROWS, 3]);
    const at = (x: number) => [...data.subarray(x * 3, x * 3 + 3)];
    expect(at(COLUMNS - 1)).toEqual([100, 100, 100]);
    const [red, , blue] = at(0);
    expect(red).toBeGreaterThan(blue!);
    expect(red).toBeGreaterThan(150);
  });

  it('refuses a class without a heat map', async () => {
    const options = { classIndex: 7, window: null, opacity: 0.5, maxSize: 100 };
    const prediction = { ...fakePrediction(OPTIONS.source), heatMaps: heatMaps(3) };
    await expect(renderOverlay(worker(), prediction, options)).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('intendedUseCautions', () => {
  const { intended } = fakeManifest();
  const check = (changes: Partial<ImageHeader>) => intendedUseCautions(intended, fakeHeader('a', changes));

  it('has nothing to say where all fits', () => {
    expect(check({})).toEqual([]);
    expect(check({ bodyPart: 'chest ', age: patientAgeOf('018M', '', '') })).toEqual([]);
  });

  it('names what is outside', () => {
    expect(check({ modality: 'MR', age: patientAgeOf('060Y', '', '') })).toEqual([
      'Outside of what the model is meant for: modality MR, not CR or DX.',
      'Outside of what the model is meant for: age 60 years, not 1 to 5 years.',
    ]);
    expect(check({ age: patientAgeOf('006M', '', '') })).toHaveLength(1);
  });

  it('names what the file does not say', () => {
    expect(check({ bodyPart: '', age: null })).toEqual([
      'The file does not give body part, age: whether the model is meant for it was not checked.',
    ]);
  });

  it('asks nothing where the package states nothing', () => {
    const open = { modalities: [], bodyParts: [], views: [], ageYears: null };
    expect(intendedUseCautions(open, fakeHeader('a', { modality: '' }))).toEqual([]);
  });
});
