import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Frame } from '../../models/imaging/frame.ts';
import { rowOf } from '../../models/imaging/testing/frames.ts';
import { fakeRequests } from '../testing/fakes.ts';
import { Images } from './images.ts';

let folder: string;
let asked: string[];
let images: Images;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-images-'));
  asked = [];
  const requests = fakeRequests({
    'image.frame': (): Promise<Frame> => {
      asked.push('frame');
      return Promise.resolve(rowOf(Uint8Array.from([1, 2])));
    },
    'image.thumbnail': ({ frame, size }) => {
      asked.push(`thumbnail ${frame} ${size}`);
      return Promise.resolve({ png: new Uint8Array(10) });
    },
  });
  images = new Images(requests, (id) => path.join(folder, id));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('keeps thumbnails while the file stays the same and is open', async () => {
  const file = path.join(folder, 'a');
  await writeFile(file, 'one');
  const small = { imageId: 'a', frame: 0, size: 64 };
  await images.thumbnail(small);
  await images.thumbnail(small);
  expect(asked).toEqual(['thumbnail 0 64']);
  await images.thumbnail({ ...small, size: 128 });
  await writeFile(file, 'another');
  await images.thumbnail(small);
  expect(asked).toHaveLength(3);
  await utimes(file, 1, 1);
  await images.thumbnail(small);
  expect(asked).toHaveLength(4);
  images.forget(['a']);
  await images.thumbnail(small);
  expect(asked).toHaveLength(5);
});

it('asks for frames whenever they are wanted: the window keeps them', async () => {
  await images.frame({ imageId: 'a', frame: 0 });
  await images.frame({ imageId: 'a', frame: 0 });
  expect(asked).toEqual(['frame', 'frame']);
  await expect(images.frame({ imageId: 'a', frame: 0 }, AbortSignal.abort())).rejects.toThrow();
});
