import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { StructTreeNode } from 'pdfjs-dist/types/src/display/api.js';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { warning } from '../../models/warnings.ts';
import { HEAT_MAP_FULL_SCALE } from '../../models/imaging/heatmap.ts';
import { verdictCautions } from './cautions.ts';
import { UNCHANGED, type Presentation } from '../../models/imaging/presentation.ts';
import { windowOf } from '../../models/imaging/voi.ts';
import type { Measurement } from '../../models/measure/measurement.ts';
import { NO_REVIEW } from '../../models/review.ts';
import { english } from '../../models/texts/texts.ts';
import type { Requests } from '../services/classify.ts';
import type { ImageHeader, Prediction, WorkerApi } from '../../worker/protocol.ts';
import { createReport, type ReportOptions } from '../services/reports.ts';
import { fakeHeader, fakeInput, fakeManifest, fakePrediction, fakeRendering, fakeRequests } from '../testing/fakes.ts';
import { timestamp } from './content.ts';
import type { ReportedResult } from './attachment.ts';
import { carriesIdentity } from '../../models/identity.ts';
import { ATTACHMENT } from './render.ts';
import { renderOverlay } from './overlay.ts';
import { areaOf, PAPERS } from './paper.ts';

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

const CONTENT = fakePrediction({ path: '', frame: 0 }).content;

/** A worker that knows one file. */
function worker(header: Partial<ImageHeader> = {}, content = CONTENT, rendering = fakeRendering) {
  return fakeRequests({
    'image.header': ({ path: file }) => Promise.resolve(fakeHeader(file, { rows: ROWS, columns: COLUMNS, ...header })),
    'model.input': () => Promise.resolve(fakeInput(content)),
    'image.render': () =>
      Promise.resolve({ ...rendering, png: new Uint8Array(gray), width: COLUMNS, height: ROWS, content }),
  });
}

const SOURCE = { path: '/images/a.dcm', frame: 0 };

function predicted(changes: Partial<Prediction> = {}, probabilities?: number[]): Prediction {
  const made = fakePrediction(SOURCE, probabilities);
  return { ...made, heatMaps: heatMaps(made.classes.length), ...changes };
}

const OPTIONS: Omit<ReportOptions, 'prediction'> = {
  manifest: fakeManifest(),
  name: 'a.dcm',
  names: true,
  classIndex: null,
  presentation: UNCHANGED,
  overlayOpacity: 0.6,
  shownAnyway: false,
  model: { directory: '/model', engine: 'auto', device: 'auto' },
  review: NO_REVIEW,
  drawnOn: null,
  template: 'page',
  paper: 'a4',
  texts: english,
  createdAt: new Date('2026-01-02T03:04:05Z'),
};

const report = (header: Partial<ImageHeader> = {}, options: Partial<ReportOptions> = {}): Promise<Uint8Array> =>
  createReport(worker(header), { ...OPTIONS, prediction: predicted(), ...options });

async function read(pdf: Uint8Array) {
  const document = await getDocument({ data: pdf.slice() }).promise;
  const pieces = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    for (const item of (await page.getTextContent()).items) {
      if (!('str' in item) || item.str.trim() === '') continue;
      const [, , , size, x, y] = item.transform as number[];
      pieces.push({ page: number, text: item.str, left: x!, right: x! + item.width, y: y!, size: size! });
    }
  }
  const { info } = await document.getMetadata();
  const attachments = (await document.getAttachments()) as Record<string, { content: Uint8Array }> | null;
  const tree = await (await document.getPage(1)).getStructTree();
  return {
    pages: document.numPages,
    pieces,
    info,
    text: pieces.map((piece) => piece.text).join(' '),
    tree,
    result: JSON.parse(Buffer.from(attachments![ATTACHMENT]!.content).toString()) as ReportedResult,
  };
}

/** Every two of a list. */
function pairs<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((one, i) => all.slice(i + 1).map((two): [T, T] => [one, two]));
}

/** Text without spaces: runs of several fonts and broken lines are separate pieces. */
const squeeze = (text: string): string => text.replace(/\s+/g, '');

describe('the report', () => {
  it('holds on one page what was predicted, by what, from what, and the notice', async () => {
    const { pages, text } = await read(await report());
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
    const { text } = await read(await report({ patientName }));
    expect(squeeze(text)).toContain(squeeze(shown));
    expect(text).not.toContain('□');
  });

  it('says so where its fonts lack a character', async () => {
    const { text } = await read(await report({ patientName: 'ᚠᚢᚦᚨ' }));
    expect(text).toContain('□□□□');
    expect(squeeze(text)).toContain(squeeze('□ stands for a character that the report’s fonts do not have.'));
  });

  it.each(['a4', 'letter'] as const)(
    'leaves nothing out and lets nothing overflow with a thousand classes and the longest texts on %s',
    async (paper) => {
      const long = 'a very long text '.repeat(60);
      const probabilities = Array.from({ length: 1000 }, () => 0.001);
      const warnings = Array.from({ length: 20 }, (_, i) =>
        warning('spacing.calibrated', { description: `${long} no. ${i},` }),
      );
      const header = { patientName: long, studyDescription: long, patientId: 'x'.repeat(500) };
      const prediction = predicted({ warnings }, probabilities);
      const options = { prediction, name: 'y'.repeat(255), paper, template: 'full' } as const;
      const { pages, pieces, text } = await read(await report(header, options));
      expect(pages).toBeGreaterThan(10);
      const [width, height] = [PAPERS[paper].width, PAPERS[paper].height];
      const { left: leftmost, right: rightmost, top, bottom } = areaOf(paper);
      expect(squeeze(text)).toContain('x'.repeat(50));
      expect(squeeze(text).match(/averylongtext/g)!.length).toBeGreaterThanOrEqual(20 * 28 + 2 * 59);
      for (let i = 0; i < 20; i++) expect(squeeze(text)).toContain(`no.${i},`);
      for (let i = 3; i < 1000; i++) expect(text).toContain(`Class ${i}`);
      for (const { left, right, y } of pieces) {
        expect(left).toBeGreaterThanOrEqual(leftmost - 1);
        expect(right).toBeLessThanOrEqual(rightmost + 1);
        expect(y).toBeGreaterThan(10);
        expect(y).toBeLessThan(height - top + 2);
      }
      expect(width).toBeGreaterThan(rightmost);
      for (let page = 1; page <= pages; page++) {
        const own = pieces.filter((piece) => piece.page === page);
        const footer = own.filter(({ y }) => y < height - bottom - 4);
        expect(squeeze(footer.map((piece) => piece.text).join(''))).toMatch(
          new RegExp(`^Forresearchuseonly.*mustjudgeit\\.Page${page}of${pages}$`),
        );
        for (const [one, two] of pairs(own)) {
          const beside = one.right <= two.left + 0.5 || two.right <= one.left + 0.5;
          const above = Math.abs(one.y - two.y) > Math.min(one.size, two.size) * 0.8;
          if (!beside && !above) expect.fail(`${one.text} / ${two.text}`);
        }
      }
    },
  );

  it('leaves the less probable of many classes out of the short report, and says so', async () => {
    const prediction = predicted(
      {},
      Array.from({ length: 1000 }, () => 0.001),
    );
    const { text } = await read(await report({}, { prediction }));
    expect(squeeze(text)).toContain(squeeze('992 more classes, together 99.2 %'));
  });

  it('has a structure that can be read aloud: headings, pictures in words, tables, lists', async () => {
    const { tree } = await read(await report());
    const nodes: StructTreeNode[] = [];
    const walk = (node: StructTreeNode): void => {
      nodes.push(node);
      for (const child of node.children) if ('children' in child) walk(child);
    };
    walk(tree as StructTreeNode);
    const roles = nodes.map(({ role }) => role);
    for (const role of ['Document', 'H1', 'H2', 'P', 'L', 'LI', 'Lbl', 'LBody', 'Table', 'TR', 'TH', 'TD']) {
      expect(roles).toContain(role);
    }
    const figures = nodes.filter(({ role }) => role === 'Figure') as (StructTreeNode & { alt?: string })[];
    expect(figures.map(({ alt }) => alt)).toEqual([
      'The image as the reader saw it.',
      'The same image under colours that show where the network looked for “Normal”.',
      'The picture of 224 by 224 pixels that the network received.',
    ]);
    expect(Buffer.from(await report()).toString('latin1')).toContain('<pdfuaid:part>1</pdfuaid:part>');
  });

  it('says nothing of the answer where the image is outside, unless it was shown anyway', async () => {
    const verdict = {
      state: 'outside',
      reasons: [{ code: 'use.modality', details: { given: 'CT', meant: 'CR' } }],
      oodScore: 3,
    } as const;
    const prediction = predicted({ verdict, set: { coverage: 0.9, names: ['normal'] } });
    const held = await read(await report({}, { prediction }));
    expect(held.text).not.toMatch(/70\.0|Normal|Grad-CAM|Bacterial/);
    expect(squeeze(held.text)).toContain(squeeze('Not shown: the image is outside'));
    expect(held.result).toMatchObject({ withheld: true, result: { top1: null, classes: [], set: null } });
    const asked = await read(await report({}, { prediction, shownAnyway: true }));
    expect(squeeze(asked.text)).toContain(squeeze('Normal: 70.0 %'));
    expect(squeeze(asked.text)).toContain(squeeze('The reader asked to see the answer'));
    expect(asked.result).toMatchObject({ withheld: false, shownAnyway: true, result: { top1: 'normal' } });
  });

  it('says that nobody reviewed it until a reader signs', async () => {
    const unsigned = await read(await report());
    expect(unsigned.text).toContain('AI-generated, unreviewed');
    expect(squeeze(unsigned.text)).toContain(squeeze('Name and signature'));
    const review = {
      assessment: 'disagree',
      impression: 'No finding.\nFollow up.',
      reader: 'Dr. Łuk',
      signed: true,
    } as const;
    const { text, result } = await read(await report({}, { review }));
    expect(text).not.toContain('unreviewed');
    expect(text).not.toContain('Name and signature');
    for (const part of ['Reviewed and signed by Dr. Łuk', 'No finding.', 'Follow up.', 'the reader disagrees']) {
      expect(squeeze(text)).toContain(squeeze(part));
    }
    expect(result.review).toEqual(review);
  });

  it('prints what was measured on these very pixels of this frame, and that it is a key image', async () => {
    const measurement = {
      id: 'm',
      image: '1.2.3.4.5',
      kind: 'length',
      frame: 0,
      points: [
        { x: 0, y: 0 },
        { x: 10, y: 0 },
      ],
      text: 'nodule',
      quantities: [{ name: 'length', value: 12.34, unit: 'mm' }],
      spacing: { row: 1, column: 1, source: 'PixelSpacing', note: null },
      contentSha256: CONTENT.sha256,
      createdAt: '2026-01-01T00:00:00Z',
    } as unknown as Measurement;
    const others = [
      { ...measurement, frame: 1, text: 'other frame' },
      { ...measurement, contentSha256: 'ef', text: 'other pixels' },
    ];
    const drawnOn = () => ({ measurements: [measurement, ...others], keyFrames: [0] });
    const { text } = await read(await report({}, { drawnOn }));
    for (const part of ['Measurements', 'Key image', 'nodule; 12.34 mm']) {
      expect(squeeze(text)).toContain(squeeze(part));
    }
    expect(text).not.toContain('other');
  });

  it('has its result attached as data', async () => {
    const { result } = await read(await report());
    expect(result).toMatchObject({
      kind: 'hifuse-report',
      pixelsSha256: CONTENT.sha256,
      sopInstanceUid: '1.2.3.4.5',
      model: { id: 'chest', weightsSha256: 'ab'.repeat(32) },
      result: { file: 'a.dcm', top1: 'normal', verdict: { state: 'inside' } },
    });
    expect(result.result.classes.map(({ probability }) => probability)).toEqual([0.2, 0.7, 0.1]);
  });

  it('draws a scale in millimetres where the file gives them, else in pixels', async () => {
    const spacing = { row: 0.2, column: 0.5, source: 'PixelSpacing', note: null } as const;
    const requests = worker({}, CONTENT, { ...fakeRendering, spacing });
    const turned = { ...UNCHANGED, rotation: 90 } as const;
    const scaled = async (presentation: Presentation) =>
      (await read(await createReport(requests, { ...OPTIONS, prediction: predicted(), presentation }))).text;
    expect(await scaled(UNCHANGED)).toContain('5 mm');
    expect(await scaled(turned)).toContain('2 mm');
    const { text } = await read(await report());
    expect(text).toContain('10 pixels');
    expect(squeeze(text)).toContain(squeeze('the file gives no spacing'));
  });

  it('leaves the heat map out at no opacity', async () => {
    const { text } = await read(await report({}, { overlayOpacity: 0 }));
    expect(text).not.toContain('Grad-CAM');
  });

  it('marks what the network saw only where a crop left something out', async () => {
    const region = { left: 5, top: 0, width: 30, height: 30 };
    const preprocessing = { geometry: 'shortest-edge-256-center-crop-224', window: 'x', region } as const;
    const cropped = await read(await report({}, { prediction: predicted({ preprocessing }) }));
    const whole = await read(await report());
    expect(squeeze(cropped.text)).toContain(squeeze('inside of the dashed line'));
    expect(squeeze(whole.text)).not.toContain(squeeze('dashed line'));
  });

  it('fails as the image does', async () => {
    const requests = fakeRequests({
      'image.render': () => Promise.reject(new HifuseError('image.corrupt')),
    });
    const failing = createReport(requests, { ...OPTIONS, prediction: predicted() });
    await expect(failing).rejects.toMatchObject({ code: 'image.corrupt' });
  });

  it.each([
    ['pixels', worker({}, { ...CONTENT, sha256: 'ef'.repeat(32) })],
    ['data set', worker({ fileVersion: '2' })],
  ])('is refused where the file has another %s than was shown', async (_what, requests) => {
    const changed = createReport(requests, { ...OPTIONS, prediction: predicted() });
    await expect(changed).rejects.toMatchObject({ code: 'image.changed', details: { file: 'a.dcm' } });
  });

  it('says how the image is displayed: window, inversion, flips, turns, and where the patient’s sides are', async () => {
    const caption = async (changes: Partial<Presentation>, rendering: Partial<typeof fakeRendering> = {}) => {
      const requests = worker({}, CONTENT, { ...fakeRendering, ...rendering });
      const presentation = { ...UNCHANGED, ...changes };
      const pdf = await createReport(requests, { ...OPTIONS, prediction: predicted(), presentation });
      return squeeze((await read(pdf)).text);
    };
    const orientation = { plane: null, patientOrientation: ['L', 'F'] } as const;
    expect(await caption({})).toContain(squeeze('The image as displayed: default window W 400 L 40.'));
    expect(await caption({ voi: windowOf(40, 400) })).toContain(squeeze('displayed: window W 400 L 40.'));
    expect(await caption({}, { window: null })).toContain(squeeze('displayed: in colour.'));
    const all = {
      voi: windowOf(0, 1),
      inverted: true,
      rotation: 90,
      flipHorizontal: true,
      flipVertical: true,
    } as const;
    expect(await caption(all, { window: 'VOI table (lung)', orientation })).toContain(
      squeeze(
        'displayed: window VOI table (lung), inverted, mirrored left to right, mirrored top to bottom, turned 90° clockwise. ' +
          'Edges: left H, right F, top L, bottom R.',
      ),
    );
  });

  it('names nobody by way of a window’s description', async () => {
    const requests = worker({}, CONTENT, { ...fakeRendering, window: 'W 1 L 1 (for Phantom)' });
    const pdf = await createReport(requests, { ...OPTIONS, prediction: predicted(), names: false });
    const text = squeeze((await read(pdf)).text);
    expect(text).not.toContain('Phantom');
    expect(text).toContain(squeeze('a window whose description names the patient'));
  });

  it('leaves out whose image it is where the reader hides names', async () => {
    const header = {
      patientName: 'Müller-Phantom^Zoë',
      patientId: 'SYN-1',
      patientBirthDate: '20190203',
      studyDescription: 'Chest of MUELLER PHANTOM',
      seriesDescription: 'AP',
    };
    const prediction = predicted({
      warnings: [warning('spacing.calibrated', { description: 'PHANTOM' }), warning('dicom.cut')],
    });
    const options = { name: 'phantom_zoe.dcm', prediction };
    const pdf = await report(header, { ...options, names: false });
    const { text, info } = await read(pdf);
    for (const hidden of ['Müller', 'Muller', 'Phantom', 'Zo', 'SYN', '2019-02-03', 'MUELLER', '.dcm']) {
      expect(squeeze(text).toLowerCase(), hidden).not.toContain(hidden.toLowerCase());
      expect(JSON.stringify(info).toLowerCase()).not.toContain(hidden.toLowerCase());
    }
    for (const shown of ['left out', '5 years', 'AP', 'The data set is cut off', CONTENT.sha256]) {
      expect(squeeze(text)).toContain(squeeze(shown));
    }
    const open = squeeze((await read(await report(header, options))).text);
    for (const shown of ['Müller-Phantom, Zoë', 'SYN-1', '2019-02-03', 'Chest of MUELLER', 'phantom_zoe.dcm']) {
      expect(open).toContain(squeeze(shown));
    }
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
    const names = [
      '山田',
      '太郎',
      '龚鹏',
      '張學友',
      '홍길동',
      'محمد',
      'أحمد',
      'שלום',
      'น้ำทิพย์',
      'क्षत्रिय',
      'Иван',
      'Γιώργος',
    ];
    writeFileSync(file, await report({}, { review: { ...NO_REVIEW, impression: names.join('\n') } }));
    const text = execFileSync('pdftotext', [file, '-'], { encoding: 'utf8' });
    const info = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
    const fonts = execFileSync('pdffonts', [file], { encoding: 'utf8' }).split('\n').slice(2).filter(Boolean);
    rmSync(folder, { recursive: true });
    for (const name of names) expect(text).toContain(name);
    expect(text).toContain('70.0 %');
    expect(text).not.toContain('□');
    expect(info).toMatch(/Tagged: +yes/);
    expect(info).toContain('(A4)');
    // Embedded, as subsets, with a map to Unicode.
    for (const font of fonts) expect(font).toMatch(/Identity-H +yes +yes +yes/);
  });
});

describe('carriesIdentity', () => {
  const header = { patientName: 'Łukasz-O’Brien^Zoë^J=山田^太郎', patientId: 'A-12 34' };

  it.each(['lukasz'.replace('l', 'ł'), 'Chest OBRIEN', 'zoe_01.dcm', 'a1234.dcm', 'A_12-34', '太郎', 'x-Zoë-x'])(
    'sees it in %j',
    (text) => {
      expect(carriesIdentity(text, header)).toBe(true);
    },
  );

  it.each(['', 'Thorax PA', 'J', 'IM-0001.dcm', '1234'])('sees nothing in %j', (text) => {
    expect(carriesIdentity(text, header)).toBe(false);
  });

  it('sees nothing where the file names nobody', () => {
    expect(carriesIdentity('anything', { patientName: '', patientId: '' })).toBe(false);
  });
});

describe('renderOverlay', () => {
  it('colours where the network looked, and nothing else', async () => {
    const requests = worker();
    const prediction = predicted();
    const { overlay } = await renderOverlay(requests, prediction, {
      classIndex: 1,
      presentation: UNCHANGED,
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

  it('asks for the window or table that is shown, and flips and turns picture, map and frame with it', async () => {
    const asked: WorkerApi['image.render']['params'][] = [];
    const requests = worker();
    const listening: Requests = {
      request: (method, params, options) => {
        if (method === 'image.render') asked.push(params as WorkerApi['image.render']['params']);
        return requests.request(method, params, options);
      },
    };
    const voi = { kind: 'lut', firstMapped: 0, bits: 8, data: Uint16Array.of(1, 2), explanation: '' } as const;
    const presentation = { ...UNCHANGED, voi, inverted: true, flipHorizontal: true, rotation: 90 } as const;
    const region = { left: 0, top: 0, width: 10, height: 30 };
    const prediction = predicted({ preprocessing: { geometry: 'stretch-224', window: 'x', region } });
    const options = { classIndex: 1, presentation, opacity: 0.5, maxSize: 100 };
    const picture = await renderOverlay(listening, prediction, options);
    expect(asked).toMatchObject([{ voi, inverted: true }]);
    expect([picture.width, picture.height]).toEqual([ROWS, COLUMNS]);
    // The left columns, mirrored to the right, turn to the bottom.
    expect(picture.region).toEqual({ left: 0, top: 30, width: 30, height: 10 });
    const { data, info } = await sharp(picture.overlay).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([ROWS, COLUMNS]);
    const red = (y: number) => data[(y * info.width + 15) * info.channels]!;
    expect(red(COLUMNS - 1)).toBeGreaterThan(150);
    expect(red(0)).toBe(100);
  });

  it('refuses a class without a heat map', async () => {
    const options = { classIndex: 7, presentation: UNCHANGED, opacity: 0.5, maxSize: 100 };
    const prediction = predicted();
    await expect(renderOverlay(worker(), prediction, options)).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('verdictCautions', () => {
  it('has nothing to say of an image inside of what the model is meant for', () => {
    expect(verdictCautions({ state: 'inside', reasons: [], oodScore: 0.5 }, english)).toEqual([]);
  });

  it('says first that an image is outside, then why', () => {
    const reasons = [
      { code: 'use.modality', details: { given: 'CT', meant: 'CR or DX' } },
      { code: 'unstated.age' },
    ] as const;
    const [head, ...why] = verdictCautions({ state: 'outside', reasons, oodScore: 3 }, english);
    expect(head).toContain('OUTSIDE');
    expect(why).toEqual(['The modality is CT; the model is meant for CR or DX.', expect.stringContaining('age')]);
    expect(verdictCautions({ state: 'unverified', reasons, oodScore: null }, english)[0]).toContain('Not verified');
  });
});
