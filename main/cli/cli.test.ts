import { pseudo } from '../../models/texts/pseudo.ts';
import { english } from '../../models/texts/texts.ts';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outsideFigures } from '../../models/doubt/measurement.ts';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { warning, type Warning } from '../../models/warnings.ts';
import type { Quantization } from '../../models/package/manifest.ts';
import type { ImportOptions, Outcome, QuantizeRequest, WorkerApi } from '../../worker/protocol.ts';
import {
  fakeHeader,
  fakeInput,
  fakeManifest,
  fakeModel,
  fakePrediction,
  fakeRendering,
  fakeRequests,
} from '../testing/fakes.ts';
import { COMMANDS } from './commands.ts';
import { runCommandLine } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(folder, ...parts);

async function make(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(at(file)), { recursive: true });
    await writeFile(at(file), file);
  }
}

const manifest = fakeManifest();

const quantization: Quantization = {
  scheme: 'int8-qdq',
  activations: [{ layer: 'conv_head', minimum: -1, maximum: 1 }],
  float32Layers: [],
  calibrationImages: 2,
  heldBackImages: 4,
  top1Agreement: 1,
  meanAbsoluteProbabilityDifference: 0.0019,
  heldBackAccuracy: { float32: 0.75, int8: 0.5 },
};

/** A worker for which every .png is an image, bad.png a broken one, and cine.png one of three frames. */
function outcomeOf(image: { path: string; frame: number }): Outcome {
  const name = path.basename(image.path);
  if (name.startsWith('bad'))
    return {
      ok: false,
      image,
      error: toErrorValue(new HifuseError('image.corrupt', { reason: 'decoder', file: name, message: 'cut off' })),
    };
  if (!name.endsWith('.png')) return { ok: false, image, error: { code: 'image.unknown-format' } };
  return {
    ok: true,
    prediction: {
      ...fakePrediction(image),
      ...(name.startsWith('out') && {
        verdict: { state: 'outside', reasons: [{ code: 'pixels.noise' }], oodScore: 3 },
      }),
      warnings: name.startsWith('odd') ? [warning('dicom.cut')] : [],
      heatMaps: [0, 1, 2].map((classIndex) => ({ classIndex, rows: 1, columns: 1, values: Float32Array.from([0.1]) })),
    },
  };
}

type Asked = { method: string; params: unknown }[];

function worker(asked: Asked = []) {
  const answer = fakeRequests({
    'model.load': () => Promise.resolve(fakeModel({ manifest })),
    'model.classify': ({ images }) => Promise.resolve(images.map(outcomeOf)),
    'model.measure': ({ dataName, data }) =>
      Promise.resolve({
        calibration: null,
        coverage: [],
        usual: outsideFigures(
          dataName,
          data.map(() => ({ state: 'unverified' })),
        ),
        inside: { images: 1, inside: 1 },
        accuracy: 1,
        near: [],
        far: [],
        farAuroc: null,
        cost: 0.01,
      }),
    'model.verify': ({ directory }) =>
      directory.includes('damaged')
        ? Promise.reject(new HifuseError('model.hash-mismatch'))
        : Promise.resolve({
            id: 'chest',
            ok: !directory.includes('deviating'),
            engine: 'onnx',
            device: 'cpu',
            precision: 'float32',
            deviation: 0.0003,
            tolerance: 0.002,
          }),
    'image.header': ({ path: file }) => Promise.resolve(fakeHeader(file, { frames: file.includes('cine') ? 3 : 1 })),
    'image.inspect': ({ path: file }) =>
      file.endsWith('.png')
        ? Promise.resolve({ schema: 1, file: 'worker', header: { Rows: 30 }, frame0: null, warnings: [], error: null })
        : Promise.reject(new HifuseError('worker.crashed')),
    'image.render': async ({ path: file }) => {
      if (file.endsWith('bad.png'))
        throw new HifuseError('image.corrupt', { reason: 'decoder', file: 'bad.png', message: 'cut off' });
      const raw = { width: 40, height: 30, channels: 3 } as const;
      const png = await sharp(Buffer.alloc(40 * 30 * 3), { raw })
        .png()
        .toBuffer();
      return {
        ...fakeRendering,
        png: new Uint8Array(png),
        width: 40,
        height: 30,
        content: { sha256: 'cd'.repeat(32), fileVersion: '1' },
      };
    },
    'model.input': () => Promise.resolve(fakeInput({ sha256: 'cd'.repeat(32), fileVersion: '1' })),
    'checkpoint.summary': ({ path: file }) =>
      file.endsWith('evil.pth')
        ? Promise.reject(new HifuseError('checkpoint.unsafe-pickle'))
        : Promise.resolve({
            format: 'PyTorch (zip)',
            architecture: manifest.architecture,
            variant: 'nano',
            classCount: 3,
            parameters: 6_296_932,
            dtypes: ['float32'],
            ignored: [{ name: `norm.weight${file.includes('evil-names') ? '\u001b[2J\n' : ''}`, reason: 'never used' }],
          }),
    'model.export': () => Promise.resolve({ id: 'chest', bytes: 25_000_000 }),
    'checkpoint.import': ({ out }) => Promise.resolve({ directory: out, manifest }),
    'model.quantize': ({ directory, out }) =>
      directory === 'delicate'
        ? Promise.reject(new HifuseError('model.quantization-refused'))
        : Promise.resolve({ directory: out, unreadable: 1, manifest: { ...manifest, quantization } }),
  });
  return {
    request: ((method: keyof WorkerApi, params: never, options?: { signal?: AbortSignal }) => {
      asked.push({ method, params });
      return answer.request(method, params, options);
    }) as typeof answer.request,
  };
}

/** A stream that takes some pieces and then fails, as process.stdout does: it is never destroyed. */
function failing(error: Error, after: number): Writable {
  let taken = 0;
  return new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => {
      done(taken++ < after ? null : error);
    },
  });
}

interface RunOptions {
  notices?: readonly Warning[];
  signal?: AbortSignal;
  asked?: Asked;
  stdout?: Writable;
  stderr?: Writable;
}

async function hifuse(args: string[], options: RunOptions = {}) {
  const stdout = options.stdout ?? new PassThrough();
  const stderr = options.stderr ?? new PassThrough();
  const [out, err] = [stdout, stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString();
  }) as [() => string, () => string];
  const status = await runCommandLine(args, {
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
    language: () => 'en',
    openServices: () => ({
      notices: options.notices ?? [],
      dataDirectory: path.join(folder, 'data'),
      requests: worker(options.asked),
      packages: {
        list: () => Promise.resolve([{ id: 'chest', manifest, modelCard: '', bundled: true }]),
        damaged: () =>
          Promise.resolve([
            {
              id: 'torn',
              bundled: false,
              error: { code: 'model.invalid-package' },
            },
          ]),
        resolve: (id) => (id === 'none' ? Promise.reject(new HifuseError('model.not-found')) : Promise.resolve(id)),
      },
      defaultModel: () => Promise.resolve('/model'),
    }),
  });
  return { status, out: out(), err: err() };
}

interface Results {
  results: { file: string; frame: number; status: string; heatMap?: string }[];
  complete: boolean;
}
const rows = (text: string) =>
  (JSON.parse(text) as Results).results.map(({ file, frame, status }) => [file, frame, status]);

describe('hifuse', () => {
  it('speaks the language of --lang, wherever that stands, and its results English', async () => {
    for (const args of [
      ['--lang', 'en-XA', 'classify'],
      ['classify', '--lang=en-XA'],
    ]) {
      expect((await hifuse(args)).err).toContain(pseudo(english.t('cli:usage.paths-missing')));
    }
    expect((await hifuse(['--help', '--lang', 'en-XA'])).out).toContain(pseudo(english.t('help:classify.summary')));
    expect((await hifuse(['classify', '--lang', 'xx'])).err).toContain('--lang is one of en, en-XA');
    await make('in/bad.png');
    const { out, err } = await hifuse(['classify', at('in/bad.png'), '--lang', 'en-XA']);
    expect(err).toContain('⟦');
    expect(out).not.toContain('⟦');
  });

  it('tells its commands, and the options of each', async () => {
    const overview = await hifuse(['--help']);
    expect(overview.status).toBe(0);
    for (const { name, help } of COMMANDS) {
      expect(overview.out).toContain(`  ${name} `);
      const text = help(english);
      expect(await hifuse([name, '--help'])).toEqual({ status: 0, out: `${text}\n`, err: '' });
      expect(text).toMatch(new RegExp(`^Usage: hifuse ${name} `));
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    }
  });

  it.each([
    [[]],
    [['nonsense']],
    [['classify']],
    [['classify', 'a', '--nonsense']],
    [['classify', 'a', '--device', 'tpu']],
  ])('refuses %j with status 2', async (args: string[]) => {
    expect((await hifuse(args)).status).toBe(2);
  });

  it('says how it is called when misused', async () => {
    expect((await hifuse(['classify', 'a', '--batch', '0'])).err).toBe(
      '--batch is a whole number from 1 on, not "0".\nSee: hifuse classify --help\n',
    );
  });

  it('lets no name act on the terminal or forge a line', async () => {
    const name = 'bad\u001b]0;owned\u0007\u009b2J\r\n7 classified \u202egnp.png';
    await make(name);
    const { err } = await hifuse(['classify', at(name)]);
    expect(err).toContain('bad\\u001b]0;owned\\u0007\\u009b2J\\u000d\\u000a7 classified \\u202egnp.png: ');
    expect(err).toContain('made its decoder fail');
    expect(err.split('\n')).toHaveLength(3);
    expect((await hifuse(['nonsense\u001b[2J'])).err).toContain('"nonsense\\u001b[2J"');
    for (const args of [
      ['inspect', at(name)],
      ['inspect', at(name), '--json'],
      ['classify', at(name)],
      ['import', at(`evil-names.pth`), '--out', at('m'), '--classes', 'a,b,c'],
    ]) {
      const { out, err: said } = await hifuse(args);
      expect(out + said, args[0]).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
  });

  it('says that the output cannot be written: status 2', async () => {
    await make('a.png');
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const { status, err } = await hifuse(['classify', folder], { stdout: failing(full, 0) });
    expect(status).toBe(2);
    expect(err).toContain('The results cannot be written to standard output (ENOSPC).');
  });

  it('stops where nobody reads on', async () => {
    await make(...Array.from({ length: 40 }, (_, i) => `${i}.png`));
    const gone = Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
    const asked: Asked = [];
    const { status, err } = await hifuse(['classify', folder], { asked, stdout: failing(gone, 2) });
    expect(status).toBe(130);
    expect(err).toContain('nobody reads the output');
    expect(asked.filter(({ method }) => method === 'model.classify').length).toBeLessThan(5);
  });

  it('goes on where nobody reads what it says', async () => {
    await make('a.png', 'bad.png');
    const gone = Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
    const { status, out } = await hifuse(['classify', folder], { stderr: failing(gone, 0) });
    expect(status).toBe(1);
    expect(rows(out)).toHaveLength(2);
  });
});

describe('hifuse classify', () => {
  it('gives JSON on stdout and a summary on stderr', async () => {
    await make('b.png', 'a.png', 'notes.txt', 'sub/c.png');
    const { status, out, err } = await hifuse(['classify', folder]);
    expect(status).toBe(0);
    expect(rows(out)).toEqual([
      [at('a.png'), 0, 'ok'],
      [at('b.png'), 0, 'ok'],
      [at('notes.txt'), 0, 'skipped'],
    ]);
    expect(err).toMatch(/^2 classified, 1 skipped \(no images\)/);
  });

  it('tells of images that lie deeper', async () => {
    await make('readme.txt', 'sub/c.png', 'other/d.png');
    const { status, out, err } = await hifuse(['classify', folder]);
    expect(status).toBe(2);
    expect(rows(out)).toEqual([[at('readme.txt'), 0, 'skipped']]);
    expect(err).toContain('2 subfolders were not read; --recursive reads them, too.');
    expect(err).toContain('The one file there is no image.');
    await make('a.png');
    const some = await hifuse(['classify', folder]);
    expect([some.status, some.err]).toEqual([0, expect.stringContaining('2 subfolders were not read')]);
    expect((await hifuse(['classify', folder, '--recursive'])).err).not.toContain('subfolder');
  });

  it('tells ten failures and how many more there are, and names what it skipped where asked', async () => {
    await make(...Array.from({ length: 14 }, (_, i) => `bad${i}.png`), 'a.png', 'notes.txt');
    const { err } = await hifuse(['classify', folder]);
    expect(err.match(/made its decoder fail/g)).toHaveLength(10);
    expect(err).toContain('... and 4 more failed; the results give every reason.');
    expect(err).not.toContain('notes.txt');
    expect((await hifuse(['classify', folder, '--list-skipped'])).err).toContain(`${at('notes.txt')}: skipped: `);
  });

  it('tells what the reader must know of an image, in words, in JSON and in CSV', async () => {
    await make('in/a.png', ...Array.from({ length: 12 }, (_, i) => `in/odd${i}.png`));
    const { status, out, err } = await hifuse(['classify', at('in')]);
    expect(status).toBe(0);
    expect(err.match(/: warning: The data set is cut off or damaged/g)).toHaveLength(10);
    expect(err).toContain('... and 2 more with warnings; the results give every one.');
    expect(err).toContain('13 classified, 12 with warnings · ');
    const { results } = JSON.parse(out) as { results: { warnings: { code: string; message: string }[] }[] };
    expect(results.map(({ warnings }) => warnings.map(({ code }) => code)).slice(0, 2)).toEqual([[], ['dicom.cut']]);
    await hifuse(['classify', at('in'), '--out', at('r.csv')]);
    const [head, plain, odd] = (await readFile(at('r.csv'), 'utf8')).split('\r\n').map((line) => line.split(','));
    const column = head!.indexOf('warnings');
    expect([plain![column], odd![column]]).toEqual(['', 'dicom.cut']);
  });

  it('keeps a row with a reason for everything that failed', async () => {
    await make('a.png', 'bad.png', 'notes.txt');
    const named = ['a.png', 'bad.png', 'notes.txt', 'missing.png'].map((file) => at(file));
    const { status, out, err } = await hifuse(['classify', ...named]);
    expect(status).toBe(1);
    expect(rows(out).map(([, , state]) => state)).toEqual(['ok', 'failed', 'failed', 'failed']);
    expect(err).toContain('bad.png made its decoder fail (cut off); it is probably damaged.');
    expect(err).toContain(at('missing.png') + ' does not exist.');
  });

  it('goes into subfolders and gives every frame where asked', async () => {
    await make('a.png', 'sub/cine.png', 'sub/bad.png');
    const { status, out } = await hifuse(['classify', folder, '--recursive', '--frames', 'all']);
    expect(status).toBe(1);
    expect(rows(out)).toEqual([
      [at('a.png'), 0, 'ok'],
      [at('sub', 'bad.png'), 0, 'failed'],
      [at('sub', 'cine.png'), 0, 'ok'],
      [at('sub', 'cine.png'), 1, 'ok'],
      [at('sub', 'cine.png'), 2, 'ok'],
    ]);
  });

  it('writes CSV or JSON files by their ending, whole or not at all', async () => {
    await make('images/a.png');
    expect((await hifuse(['classify', at('images'), '--out', at('r.csv')])).status).toBe(0);
    expect(await readFile(at('r.csv'), 'utf8')).toMatch(/^file,frame,status,top1,p:bacterial pneumonia,/);
    expect((await hifuse(['classify', at('images'), '--out', at('r.json')])).out).toBe('');
    expect(rows(await readFile(at('r.json'), 'utf8'))).toEqual([[at('images', 'a.png'), 0, 'ok']]);
    expect((await hifuse(['classify', at('images'), '--out', at('r.txt')])).status).toBe(2);
    expect((await hifuse(['classify', at('images'), '--out', at('none', 'r.csv')])).status).toBe(2);
    expect((await readdir(folder)).sort()).toEqual(['images', 'r.csv', 'r.json']);
  });

  it('writes heat maps in the order of the folders, and never reads them as images', async () => {
    await make('a.png', 'sub/cine.png');
    const run = () =>
      hifuse(['classify', folder, '--recursive', '--frames', 'all', '--heatmaps', at('maps'), '--out', at('r.json')]);
    expect((await run()).status).toBe(0);
    const { status } = await run();
    expect(status).toBe(0);
    const { results } = JSON.parse(await readFile(at('r.json'), 'utf8')) as Results;
    expect(results.map(({ heatMap }) => heatMap)).toEqual(
      ['a.png', 'sub/cine.png.frame0', 'sub/cine.png.frame1', 'sub/cine.png.frame2'].map((name) =>
        at('maps', ...`${name}.heatmap.png`.split('/')),
      ),
    );
    const { width, height } = await sharp(at('maps', 'a.png.heatmap.png')).metadata();
    expect([width, height]).toEqual([40, 30]);
  });

  it('draws no heat map for an image outside unless it was asked for, and records that', async () => {
    await make('a.png', 'out.png');
    const run = async (...more: string[]) => {
      const { out, err } = await hifuse(['classify', folder, '--heatmaps', at('maps'), ...more]);
      const { results } = JSON.parse(out) as { results: { heatMap?: string; shownAnyway?: boolean }[] };
      return { results, err, files: (await readdir(at('maps'))).sort() };
    };
    const held = await run();
    expect(held.files).toEqual(['a.png.heatmap.png']);
    expect(held.results[1]).not.toHaveProperty('heatMap');
    expect(held.results[1]).not.toHaveProperty('shownAnyway');
    expect(held.err).toContain('One image outside got no heat map');
    const shown = await run('--show-anyway');
    expect(shown.files).toEqual(['a.png.heatmap.png', 'out.png.heatmap.png']);
    expect(shown.results.map(({ shownAnyway }) => shownAnyway)).toEqual([undefined, true]);
  });

  it('keeps the heat maps of equal names from different folders apart', async () => {
    await make('one/a.png', 'two/a.png', 'two/one/a.png');
    const paths = ['one', 'two', 'two/one'].map((name) => at(name));
    await hifuse(['classify', ...paths, at('one', 'a.png'), at('two', 'a.png'), '--heatmaps', at('maps')]);
    const made = await readdir(at('maps'), { recursive: true });
    const files = made.filter((name) => name.endsWith('.png')).map((name) => name.split(path.sep).join('/'));
    expect(files.sort()).toEqual([
      'a.png (2).heatmap.png',
      'a.png.heatmap.png',
      'one (2)/a.png.heatmap.png',
      'one/a.png.heatmap.png',
      'two/a.png.heatmap.png',
    ]);
  });

  it('passes the batch size on to the network', async () => {
    await make('1.png', '2.png', '3.png', '4.png');
    const asked: Asked = [];
    await hifuse(['classify', folder, '--batch', '3', '--engine', 'onnx', '--device', 'cpu'], { asked });
    const params = asked.filter(({ method }) => method === 'model.classify').map((one) => one.params);
    expect(params).toMatchObject([
      { batchSize: 3, images: { length: 3 }, model: { directory: '/model', engine: 'onnx', device: 'cpu' } },
      { batchSize: 3, images: { length: 1 } },
    ]);
  });

  it('cannot run without a model or without any file: status 2', async () => {
    await make('a.png');
    await mkdir(at('empty'));
    expect((await hifuse(['classify', folder, '--model', 'none'])).status).toBe(2);
    expect((await hifuse(['classify', at('empty')])).status).toBe(2);
  });

  /** Interrupted when the second request was sent. */
  async function interrupted(out: string) {
    await make('in/1.png', 'in/2.png', 'in/3.png', 'in/4.png', 'in/5.png', 'in/6.png', 'in/7.png');
    const controller = new AbortController();
    const asked: Asked = [];
    asked.push = function (...items) {
      if (this.filter(({ method }) => method === 'model.classify').length === 2) controller.abort();
      return Array.prototype.push.apply(this, items) as number;
    };
    return hifuse(['classify', at('in'), '--out', out], { signal: controller.signal, asked });
  }

  it('keeps what it has when interrupted, and says that it is not all', async () => {
    const { status, err } = await interrupted(at('r.json'));
    expect(status).toBe(130);
    expect(err).toContain(`Not all was classified. The rows so far are in ${at('r.json')}.`);
    const { results, complete } = JSON.parse(await readFile(at('r.json'), 'utf8')) as Results;
    expect(complete).toBe(false);
    expect(results.length).toBeGreaterThan(0);
    expect(results.length).toBeLessThan(7);
  });

  it('gives a CSV file its name only when it is whole; another one stays as it was', async () => {
    await writeFile(at('r.csv'), 'of an earlier run');
    const { status, err } = await interrupted(at('r.csv'));
    expect(status).toBe(130);
    expect(err).toContain(`The rows so far are in ${at('r.partial.csv')}.`);
    const lines = (await readFile(at('r.partial.csv'), 'utf8')).split('\r\n');
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.length).toBeLessThan(9);
    expect(await readFile(at('r.csv'), 'utf8')).toBe('of an earlier run');
    expect((await readdir(folder)).sort()).toEqual(['in', 'r.csv', 'r.partial.csv']);
  });
});

describe('hifuse card', () => {
  const bundled = 'models/bundled/chest-xray-nano';

  it('prints the card of a model', async () => {
    const { status, out } = await hifuse(['card', bundled]);
    expect(status).toBe(0);
    expect(out).toBe(await readFile(`${bundled}/MODEL_CARD.md`, 'utf8'));
  });

  it('writes what was measured on the part test', async () => {
    await make('normal/a.png', 'far/x.dcm', 'far/deep/y.dcm');
    await writeFile(at('split.csv'), 'file,label,part\nnormal/a.png,normal,test\nnormal/b.png,normal,val\n');
    const asked: Asked = [];
    const args = ['card', bundled, '--measure', '--data', at('split.csv'), '--far', at('far'), '--out', at('card.md')];
    const { status, out } = await hifuse(args, { asked });
    expect(status).toBe(0);
    expect(asked).toMatchObject([
      {
        method: 'model.measure',
        params: {
          data: [{ path: at('normal/a.png'), label: 1 }],
          dataName: 'split.csv, test',
          far: [at('far/deep/y.dcm'), at('far/x.dcm')],
        },
      },
    ]);
    expect(out).toContain('Of 1 images as they are, 0.0 % are outside');
    expect(await readFile(at('card.md'), 'utf8')).toContain(out.trim());
    expect((await hifuse(['card', bundled, '--measure'])).status).toBe(2);
    expect(
      (await hifuse(['card', bundled, '--measure', '--data', at('split.csv'), '--far', at('none')])).err,
    ).toContain('is no folder');
  });
});

describe('hifuse inspect', () => {
  it('prints the JSON of the format', async () => {
    await make('a.png');
    const { status, out } = await hifuse(['inspect', at('a.png'), '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual({
      schema: 1,
      file: at('a.png'),
      header: { Rows: 30 },
      frame0: null,
      warnings: [],
      error: null,
    });
  });

  it('prints it also where the worker died of the file', async () => {
    const { status, out } = await hifuse(['inspect', at('a.dcm'), '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ file: at('a.dcm'), frame0: null, error: { code: 'worker.crashed' } });
  });

  it('is read by people, too', async () => {
    expect((await hifuse(['inspect', at('a.png')])).out).toBe('Rows  30\n');
  });
});

describe('hifuse render', () => {
  const asks = async (...args: string[]) => {
    const asked: Asked = [];
    const result = await hifuse(['render', at('cine.png'), '--out', at('o.png'), ...args], { asked });
    return { ...result, params: asked.find(({ method }) => method === 'image.render')?.params };
  };

  it('writes one pixel for each, with the window that was asked for', async () => {
    const { status, params, err } = await asks('--frame', '2', '--window', '-600/1500');
    expect([status, err]).toEqual([0, `Wrote ${at('o.png')}: 40 × 30 pixels\n`]);
    expect(params).toEqual({
      path: at('cine.png'),
      frame: 2,
      voi: { kind: 'window', function: 'LINEAR', center: -600, width: 1500, explanation: '' },
      inverted: false,
      maxSize: null,
    });
    expect((await sharp(at('o.png')).metadata()).width).toBe(40);
    expect((await asks()).params).toMatchObject({ frame: 0, voi: null });
  });

  it('counts frames from 0, also in what it says', async () => {
    const { status, err } = await asks('--frame', '3');
    expect([status, err]).toEqual([2, expect.stringContaining('has 3 frames, 0 to 2.')]);
  });

  it.each([['40'], ['40/0'], ['40/-1'], ['a/b'], ['1/2/3'], ['/'], ['Infinity/1']])(
    'refuses the window %j',
    async (text) => {
      const { status, params } = await asks('--window', text);
      expect([status, params]).toEqual([2, undefined]);
    },
  );

  it('leaves no file where the image fails: status 1', async () => {
    const { status, err } = await hifuse(['render', at('bad.png'), '--out', at('o.png')]);
    expect([status, err]).toEqual([1, 'bad.png made its decoder fail (cut off); it is probably damaged.\n']);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('hifuse report', () => {
  it('writes a PDF', async () => {
    await make('a.png');
    expect((await hifuse(['report', at('a.png'), '--out', at('a.pdf'), '--class', 'normal'])).status).toBe(0);
    expect((await readFile(at('a.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('fails with the image, leaving no file', async () => {
    const { status, err } = await hifuse(['report', at('bad.png'), '--out', at('a.pdf')]);
    expect([status, err]).toEqual([1, 'bad.png made its decoder fail (cut off); it is probably damaged.\n']);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses classes that the model does not have, and other endings', async () => {
    expect((await hifuse(['report', at('a.png'), '--out', at('a.pdf'), '--class', 'x'])).status).toBe(2);
    expect((await hifuse(['report', at('a.png'), '--out', at('a.txt')])).status).toBe(2);
  });
});

describe('hifuse', () => {
  it('says what is wrong with the settings, and goes on', async () => {
    const { status, err } = await hifuse(['models'], {
      notices: [warning('store.damaged', { file: 'hifuse.damaged.sqlite' })],
    });
    expect(status).toBe(0);
    expect(err).toContain('The settings of the application were damaged. They were set aside as hifuse.damaged.sqlite');
  });
});

describe('hifuse models and verify', () => {
  it('lists the packages', async () => {
    const { status, out, err } = await hifuse(['models']);
    expect(out).toContain('classes: Bacterial pneumonia, Normal, Viral pneumonia');
    expect([status, err]).toEqual([0, 'torn is left out: The model package is incomplete or damaged.\n']);
    const [model] = JSON.parse((await hifuse(['models', '--json'])).out) as object[];
    expect(model).toEqual({ id: 'chest', directory: 'chest', bundled: true, manifest });
  });

  it.each([
    ['chest', 0, 'OK '],
    ['deviating', 1, 'FAILED '],
    ['damaged', 1, 'The weights are not those that the manifest names.'],
  ])('verifies %s with status %i', async (id, status, text) => {
    const result = await hifuse(['verify', id]);
    expect(result.status).toBe(status);
    expect(result.out).toContain(text);
  });

  it('has status 2 where there is nothing to verify', async () => {
    expect((await hifuse(['verify', 'none'])).status).toBe(2);
  });
});

describe('hifuse export-onnx', () => {
  it('asks for the file, and says how large it became', async () => {
    const asked: Asked = [];
    const { status, err } = await hifuse(['export-onnx', 'chest', at('m.onnx')], { asked });
    expect([status, err]).toEqual([0, `Wrote ${at('m.onnx')}: chest, 25.0 MB\n`]);
    expect(asked).toEqual([{ method: 'model.export', params: { directory: 'chest', out: at('m.onnx') } }]);
  });

  it.each([[['chest']], [['chest', 'm.pb']], [['chest', 'a.onnx', 'b']], [['none', 'm.onnx']]])(
    'refuses %j with status 2',
    async (args: string[]) => {
      expect((await hifuse(['export-onnx', ...args])).status).toBe(2);
    },
  );
});

describe('hifuse quantize', () => {
  const asks = async (...args: string[]) => {
    const asked: Asked = [];
    const result = await hifuse(['quantize', 'chest', '--out', at('int8'), ...args], { asked });
    const request = asked.find(({ method }) => method === 'model.quantize');
    return { ...result, request: request?.params as QuantizeRequest | undefined };
  };

  it('holds back two of three images, labelled by their folders, and tells what was measured', async () => {
    const [one, two, three] = manifest.classes.map(({ name }) => name);
    await make(
      `in/${one}/1.png`,
      `in/${one}/2.png`,
      `in/${two!.replace(' ', '-')}/3.png`,
      `in/${three}/4.png`,
      'in/5.png',
    );
    const { status, out, request } = await asks('--calibrate', at('in'));
    expect(status).toBe(0);
    expect(out).toContain('Accuracy: 50.0 % in int8, 75.0 % in float32.');
    expect(out).toContain('One file is no image or damaged and was left out.');
    const labels = new Map(request!.heldBack.map(({ path: file, label }) => [path.basename(file), label]));
    const calibration = request!.calibration.map((file) => path.basename(file));
    expect([...calibration, ...labels.keys()].sort()).toEqual(['1.png', '2.png', '3.png', '4.png', '5.png']);
    expect(calibration).toHaveLength(2);
    const expected = { '1.png': 0, '2.png': 0, '3.png': 1, '4.png': 2, '5.png': null };
    for (const [name, label] of labels) expect(label).toBe(expected[name as keyof typeof expected]);
  });

  it('measures with images of their own where they are named', async () => {
    await make('in/1.png', 'in/2.png', 'other/3.png');
    const { request } = await asks('--calibrate', at('in'), '--held-back', at('other'));
    expect(request).toMatchObject({
      calibration: [at('in', '1.png'), at('in', '2.png')],
      heldBack: [{ path: at('other', '3.png'), label: null }],
    });
  });

  it('tells why it refused: status 1', async () => {
    await make('in/1.png');
    const { status, err } = await hifuse(['quantize', 'delicate', '--calibrate', at('in'), '--out', at('int8')]);
    expect([status, err]).toEqual([1, expect.stringContaining('without losing too much accuracy')]);
  });

  it('wants images, a folder to write to, and another one than the model: status 2', async () => {
    await make('in/1.png');
    await mkdir(at('empty'));
    expect((await asks()).status).toBe(2);
    expect((await asks('--calibrate', at('empty'))).status).toBe(2);
    expect((await hifuse(['quantize', 'chest', '--calibrate', at('in')])).status).toBe(2);
    expect((await hifuse(['quantize', at('in'), '--calibrate', at('in'), '--out', at('in')])).status).toBe(2);
  });
});

describe('hifuse import', () => {
  const imported = async (...args: string[]) => {
    const asked: Asked = [];
    const result = await hifuse(['import', at('best.pth'), '--out', at('my-model'), ...args], { asked });
    const request = asked.find(({ method }) => method === 'checkpoint.import');
    return { ...result, options: request?.params as ImportOptions | undefined };
  };

  it('takes the classes from beside the checkpoint, and the defaults of the released code', async () => {
    await writeFile(at('class_indices.json'), '{"0": "a", "1": "b_c", "2": "d"}');
    const { status, out, err, options } = await imported();
    expect(status).toBe(0);
    expect(out).toContain('HiFuse nano (width 32');
    expect(err).toContain('The network will see: centre square');
    expect(err).toContain('import it with --preprocess stretch-224');
    expect(err).toContain('float16');
    expect(options).toMatchObject({
      id: 'my-model',
      classes: [
        { name: 'a', displayName: 'A' },
        { name: 'b_c', displayName: 'B c' },
        { name: 'd', displayName: 'D' },
      ],
      preprocessing: {
        geometry: 'shortest-edge-256-center-crop-224',
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        exifOrientation: false,
        dicomWindow: 'file',
      },
      doubleSigmoid: false,
    });
  });

  it('lets options win over the manifest, and the manifest over the defaults', async () => {
    const training = { data: 'mine', metrics: { accuracy: 0.9 } };
    await writeFile(at('m.json'), JSON.stringify({ name: 'From file', version: '2.0.0', training }));
    const { err, options } = await imported(
      ...['--classes', 'x, y,z', '--manifest', at('m.json'), '--name', 'Mine', '--preprocess', 'stretch-224'],
      ...['--mean', '0.1,0.2,0.3', '--modality', 'CR,DX', '--double-sigmoid'],
    );
    expect(options).toMatchObject({
      name: 'Mine',
      version: '2.0.0',
      training,
      preprocessing: { geometry: 'stretch-224', mean: [0.1, 0.2, 0.3] },
      intended: { modalities: ['CR', 'DX'] },
      doubleSigmoid: true,
    });
    expect(err).not.toContain('--preprocess stretch-224');
    expect(options?.classes.map(({ name }) => name)).toEqual(['x', 'y', 'z']);
  });

  it('does not guess classes, and counts them', async () => {
    expect(await imported()).toMatchObject({ status: 2, options: undefined });
    const { status, err } = await imported('--classes', 'a,b');
    expect([status, err]).toEqual([2, 'The checkpoint has 3 classes, but 2 are named.\n']);
  });

  it('tells why a checkpoint is refused: status 1', async () => {
    const { status, err } = await hifuse(['import', at('evil.pth'), '--out', at('m'), '--classes', 'a,b,c']);
    expect([status, err]).toEqual([1, 'The checkpoint wants to call something that is not on the allow-list.\n']);
  });
});
