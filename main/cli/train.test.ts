import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { english } from '../../models/texts/texts.ts';
import { RELEASED } from '../../worker/train/recipe.ts';
import type { EpochRecord, TrainRequest } from '../../worker/train/request.ts';
import { commandServices } from '../testing/command-services.ts';
import { fakeHeader, fakeRequests } from '../testing/fakes.ts';
import type { Context } from './command.ts';
import { train } from './train.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-train-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const best: EpochRecord = {
  epoch: 2,
  step: 4,
  learningRate: 1e-4,
  trainLoss: 0.5,
  trainAccuracy: 0.8,
  valLoss: 0.6,
  valAccuracy: 0.75,
  valBalancedAccuracy: 0.7,
  valMacroF1: 0.69,
  seconds: 9,
};

async function hifuse(...args: string[]) {
  const asked: TrainRequest[] = [];
  const said: string[] = [];
  const requests = fakeRequests({
    'image.headers': ({ paths }) =>
      Promise.resolve(paths.map((file) => ({ ok: true, header: fakeHeader(file, { patientId: '' }) }))),
    'train.check': ({ images }) =>
      Promise.resolve({
        unreadable: images.filter((image) => image.path.includes('broken')).map((image) => image.path),
        lookalikes: [{ a: 'one.png', b: 'two.png', bits: 2 }],
      }),
    'train.run': (request) => {
      asked.push(request);
      return Promise.resolve({ directory: request.out, run: 'run', history: [best], best, backend: 'wasm' });
    },
  });
  const context: Context = {
    services: commandServices(requests, { model: 'default' }),
    texts: english,
    write: () => Promise.resolve(),
    print: () => Promise.resolve(),
    say: (line) => said.push(line),
    status: null,
    signal: new AbortController().signal,
  };
  const status = await train.run([folder, '--out', path.join(folder, '../my-model'), ...args], context);
  return { status, request: asked[0]!, said: said.join('\n') };
}

async function make(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), file);
  }
}

const many = Array.from({ length: 40 }, (_, i) => `${i % 2 === 0 ? 'sick' : 'healthy'}/p${Math.floor(i / 4)}-${i}.png`);

test('trains by the released recipe on folders, with a validation part of its own patients', async () => {
  await make(...many, 'sick/broken.png');
  const { status, request, said } = await hifuse('--patient', '^[a-z]+/p\\d+|broken');
  expect(status).toBe(0);
  expect(request).toMatchObject({
    recipe: RELEASED,
    architecture: { width: 32, irmlp: 'depthwise' },
    classes: [
      { name: 'healthy', displayName: 'Healthy' },
      { name: 'sick', displayName: 'Sick' },
    ],
    preprocessing: { geometry: 'shortest-edge-256-center-crop-224' },
    init: null,
    resume: false,
    description: { id: 'my-model' },
  });
  const { train: images, val } = request;
  expect(images.length + val.length).toBe(40);
  expect(val.length).toBeGreaterThan(2);
  const groups = new Set(images.map(({ group }) => group));
  expect(val.filter(({ group }) => groups.has(group))).toEqual([]);
  expect(said).toContain('One file is no image or damaged and was left out.');
  expect(said).toContain('Two images in different parts look the same');
  expect(said).toContain('balanced 0.700');
});

test('keeps the parts of a table away from each other, and warns of torn patients', async () => {
  await make('1.png', '2.png', '3.png');
  const rows = ['file,label,patient,part', '1.png,a,p1,train', '2.png,b,p1,val', '3.png,a,p2,test'];
  await writeFile(path.join(folder, 'split.csv'), rows.join('\n'));
  const { request, said } = await hifuse('--epochs', '3', '--small-data', '--lr', '0.002', '--seed', '7', '--resume');
  expect(request.train.map((image) => path.basename(image.path))).toEqual(['1.png']);
  expect(request.val.map((image) => path.basename(image.path))).toEqual(['2.png']);
  expect(request.recipe).toMatchObject({ epochs: 3, learningRate: 0.002, emaDecay: 0.998, seed: 7 });
  expect(request.resume).toBe(true);
  expect(said).toContain('One patient is in more than one part');
});

test.each([
  [['--epochs', '0'], '--epochs is a whole number from 1 on'],
  [['--lr', 'fast'], '--lr is a number from'],
  [['--variant', 'huge'], '--variant is one of nano, tiny, small, base'],
  [['--out', '/tmp/My Model'], 'lower case letters'],
  [[], 'images of at least two classes'],
])('refuses %j', async (args, message) => {
  await make('only/1.png');
  await expect(hifuse(...args)).rejects.toThrow(message);
});
