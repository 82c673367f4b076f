import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Evaluation } from '../results/evaluation.ts';
import type { Requests } from '../services/classify.ts';
import { fakeHeader, fakeManifest, fakeModel, fakePrediction, fakeRequests } from '../testing/fakes.ts';
import { runCommandLine } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-evaluate-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(folder, ...parts);

async function make(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await writeFile(at(file), file);
  }
}

/** Answers what the file's name begins with (b: bacterial, n: normal, v: viral); "broken" files fail. */
const requests: Requests = fakeRequests({
  'model.load': ({ directory }) =>
    Promise.resolve(fakeModel({ directory, manifest: fakeManifest({ id: path.basename(directory) }) })),
  'model.classify': ({ images, model }) =>
    Promise.resolve(
      images.map((image) => {
        const name = path.basename(image.path);
        if (name.includes('broken')) return { ok: false, image, error: { code: 'image.corrupt', message: 'cut off' } };
        const called = model.directory === 'always-normal' ? 1 : 'bnv'.indexOf(name[0]!);
        const probabilities = [0, 1, 2].map((c) => (c === called ? 0.8 : 0.1));
        return { ok: true, prediction: fakePrediction(image, probabilities) };
      }),
    ),
  'image.headers': ({ paths }) =>
    Promise.resolve(
      paths.map((file) => ({ ok: true, header: fakeHeader(file, { patientId: file.endsWith('.dcm') ? 'P1' : '' }) })),
    ),
});

async function hifuse(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const text = (stream: PassThrough) => Buffer.from((stream.read() as Buffer | null) ?? '').toString();
  const status = await runCommandLine(['evaluate', ...args], {
    stdout,
    stderr,
    signal: new AbortController().signal,
    language: () => 'en',
    openServices: () => ({
      notices: [],
      requests,
      packages: {
        list: () => Promise.resolve([]),
        damaged: () => Promise.resolve([]),
        resolve: (id: string) => Promise.resolve(id),
      },
      defaultModel: () => Promise.resolve('default'),
      dataDirectory: '',
    }),
  });
  return { status, out: text(stdout), err: text(stderr) };
}

const evaluated = (text: string): Evaluation => JSON.parse(text) as Evaluation;

describe('hifuse evaluate', () => {
  test('measures folders per class', async () => {
    await make('normal/n1.png', 'normal/v2.png', 'Bacterial-pneumonia/b3.png', 'Bacterial-pneumonia/b4.png');
    const { status, out, err } = await hifuse('chest', folder);
    expect(status).toBe(0);
    expect(evaluated(out)).toMatchObject({
      schema: 1,
      model: { id: 'chest', version: '1.0.0', calibrated: false },
      data: { files: 4, part: null },
      n: 4,
      accuracy: 0.75,
      balancedAccuracy: 0.75,
      confusion: [
        [2, 0, 0],
        [0, 1, 1],
        [0, 0, 0],
      ],
      perClass: [{ name: 'bacterial pneumonia', n: 2, recall: 1 }, { name: 'normal' }, { name: 'viral pneumonia' }],
      failed: [],
    });
    expect(err).toContain('accuracy 0.750');
  });

  const table = [
    'file,label,patient,part,sex',
    'n1.png,normal,p1,test,F',
    'v1.png,normal,p1,test,F',
    'v2.png,viral pneumonia,p2,test,M',
    'n2.png,viral pneumonia,p3,val,M',
  ];

  test('measures the test part of a table, by patient and by a column, in a file and on a page', async () => {
    await make('n1.png', 'v1.png', 'v2.png', 'n2.png');
    await writeFile(at('data.csv'), table.join('\n'));
    const { status } = await hifuse('m', at('data.csv'), '--by', 'sex', '--out', at('e.json'), '--html', at('e.html'));
    expect(status).toBe(0);
    const result = evaluated(await readFile(at('e.json'), 'utf8'));
    expect(result).toMatchObject({ n: 3, data: { part: 'test' }, intervals: { groups: 2, resamples: 2000 } });
    expect(result.groups).toMatchObject({
      column: 'sex',
      values: [
        { value: 'F', n: 2, accuracy: 0.5 },
        { value: 'M', n: 1, accuracy: 1 },
      ],
    });
    const page = await readFile(at('e.html'), 'utf8');
    await hifuse('m', at('data.csv'), '--by', 'sex', '--out', at('alone.html'));
    expect(await readFile(at('alone.html'), 'utf8')).toBe(page);
    expect(page).toContain('3 images of the part test');
    expect(page).toContain('<td>viral pneumonia</td>');
  });

  test('knows patients by the header or by a pattern', async () => {
    await make('normal/n1.dcm', 'normal/n2.dcm', 'normal/n3.png');
    expect(evaluated((await hifuse('m', folder)).out).intervals.groups).toBe(2);
    expect(evaluated((await hifuse('m', folder, '--patient', '^.')).out).intervals.groups).toBe(1);
  });

  test('the data hash depends on content and labels alone', async () => {
    await make('normal/n1.png');
    const hash = async () => evaluated((await hifuse('m', folder)).out).data.sha256;
    const before = await hash();
    await make('viral pneumonia/n1.png');
    await writeFile(at('viral pneumonia/n1.png'), 'normal/n1.png');
    await rm(at('normal'), { recursive: true });
    expect(await hash()).not.toBe(before);
    await rm(at('viral pneumonia'), { recursive: true });
    await mkdir(at('normal'));
    await writeFile(at('normal/other.png'), 'normal/n1.png');
    expect(await hash()).toBe(before);
  });

  test('compares two models on the images that both answer', async () => {
    await make('viral pneumonia/v1.png', 'viral pneumonia/v2.png', 'normal/n1.png', 'normal/n-broken.png');
    const { status, out, err } = await hifuse('m', folder, '--against', 'always-normal');
    expect(status).toBe(1);
    expect(evaluated(out)).toMatchObject({
      n: 3,
      failed: [{ file: 'normal/n-broken.png', error: { code: 'image.corrupt' } }],
      against: {
        model: { id: 'always-normal' },
        metrics: { accuracy: 1 / 3 },
        mcnemar: { onlyFirst: 2, onlySecond: 0, p: 0.5 },
        differences: { accuracy: { value: expect.closeTo(2 / 3, 12) as number } },
      },
    });
    expect(err).toContain('against always-normal');
  });

  test('says what is missing: status 2', async () => {
    await make('normal/n1.png', 'fracture/f.png', 'broken/normal/n-broken.png');
    const refused = async (...args: string[]) => {
      const { status, err } = await hifuse(...args);
      expect(status).toBe(2);
      return err;
    };
    expect(await refused('m')).toContain('Name the model and the data.');
    expect(await refused('m', folder)).toContain('The model knows no class "broken", "fracture"');
    expect(await refused('m', folder, '--part', 'val')).toContain('None of the images');
    expect(await refused('m', folder, '--part', 'later')).toContain('--part is one of train, val, test, all');
    expect(await refused('m', at('normal'), '--patient', '(')).toContain('no regular expression');
    expect(await refused('m', at('broken'), '--by', 'sex')).toContain('no column "sex"');
    expect(await refused('m', at('broken'))).toContain(
      'None of the images could be classified: The image is damaged or cut off',
    );
  });
});
