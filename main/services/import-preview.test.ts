import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { PackageDescription } from '../../models/package/manifest.ts';
import type { CheckpointPreview, PreviewRequest } from '../../worker/protocol.ts';
import { fakeHeader, fakeRequests } from '../testing/fakes.ts';
import { previewImport, PREVIEW_IMAGES } from './import-preview.ts';

const description = {} as PackageDescription;
const answer: CheckpointPreview = {
  images: [],
  readable: 0,
  geometryChangesTop1: 0,
  storage: { dtype: 'float16', changesTop1: 0, largestProbabilityDifference: 0 },
};

let folder: string;
let asked: PreviewRequest | undefined;

const requests = fakeRequests({
  'image.headers': ({ paths }) =>
    Promise.resolve(
      paths.map((file) =>
        file.endsWith('.txt')
          ? { ok: false as const, error: toErrorValue(new HifuseError('image.unknown-format')) }
          : { ok: true as const, header: fakeHeader(file) },
      ),
    ),
  'checkpoint.preview': (request) => {
    asked = request;
    return Promise.resolve(answer);
  },
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-preview-'));
  await mkdir(path.join(folder, 'deeper'));
  const names = Array.from({ length: PREVIEW_IMAGES + 5 }, (_, index) => `deeper/${index}.png`);
  for (const name of ['notes.txt', 'first.png', ...names]) await writeFile(path.join(folder, name), '');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('asks for one image with its pictures', async () => {
  await previewImport(requests, 'best.pth', description, { path: '/a.png', frame: 2 });
  expect(asked).toMatchObject({ checkpoint: 'best.pth', images: [{ path: '/a.png', frame: 2 }], pictures: true });
});

it('asks for the first images of a folder and leaves out what is none', async () => {
  await previewImport(requests, 'best.pth', description, { folder });
  const names = asked?.images.map((image) => path.relative(folder, image.path)) ?? [];
  expect(names).toHaveLength(PREVIEW_IMAGES);
  expect(names.slice(0, 3)).toEqual(['first.png', path.join('deeper', '0.png'), path.join('deeper', '1.png')]);
  expect(asked?.pictures).toBe(false);
});

it('says that a folder is not there', async () => {
  const missing = previewImport(requests, 'best.pth', description, { folder: path.join(folder, 'none') });
  await expect(missing).rejects.toMatchObject({ code: 'file.not-found' });
});
