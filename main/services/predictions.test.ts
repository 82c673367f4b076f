import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { ModelSelection } from '../../worker/protocol.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakePrediction, fakeRequests } from '../testing/fakes.ts';
import { Predictions } from './predictions.ts';

let folder: string;
let asked: number;
let model: ModelSelection;
let predictions: Predictions;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hifuse-predictions-'));
  asked = 0;
  model = { directory: '/models/chest', engine: 'auto', device: 'auto' };
  const requests = fakeRequests({
    'model.classify': ({ images: [image], heatMaps }) => {
      asked++;
      expect(heatMaps).toBe(true);
      const error = { code: 'image.corrupt', message: 'It is cut off.' } as const;
      if (path.basename(image!.path) === 'bad') return Promise.resolve([{ ok: false, image: image!, error }]);
      return Promise.resolve([{ ok: true, prediction: { ...fakePrediction(image!), id: String(asked) } }]);
    },
  });
  const pathOf = (id: string): string => {
    if (id === 'closed') throw new HifuseError('request.invalid');
    return path.join(folder, id);
  };
  predictions = new Predictions(requests, pathOf, () => Promise.resolve(model));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('Predictions', () => {
  it('are made anew where the file was changed or replaced', async () => {
    await writeFile(path.join(folder, 'a'), 'one');
    await predictions.classify({ imageId: 'a', frame: 0 });
    await writeFile(path.join(folder, 'a'), 'another');
    await predictions.classify({ imageId: 'a', frame: 0 });
    await predictions.classify({ imageId: 'a', frame: 0 });
    expect(asked).toBe(2);
  });

  it('are found by their id as long as the image is open', async () => {
    const { id } = await predictions.classify({ imageId: 'a', frame: 2 });
    await predictions.classify({ imageId: 'b', frame: 0 });
    expect(predictions.kept(id)).toMatchObject({ imageId: 'a', model, prediction: { id, image: { frame: 2 } } });
    predictions.forget(['a']);
    expect(() => predictions.kept(id)).toThrow(expect.objectContaining({ code: 'prediction.gone' }));
  });

  it('are made once for each image, frame, model and device', async () => {
    const ask = (imageId: string, frame: number) => predictions.classify({ imageId, frame });
    await Promise.all([ask('a', 0), ask('a', 0)]);
    await ask('a', 0);
    expect(asked).toBe(1);
    await ask('a', 1);
    await ask('b', 0);
    model = { ...model, device: 'cpu' };
    await ask('a', 0);
    model = { ...model, directory: '/models/skin' };
    await ask('a', 0);
    expect(asked).toBe(5);
  });

  it('are made anew after a failure, and after the image was closed', async () => {
    const bad = { imageId: 'bad', frame: 0 };
    await expect(predictions.classify(bad)).rejects.toMatchObject({ code: 'image.corrupt' });
    await expect(predictions.classify(bad)).rejects.toMatchObject({ code: 'image.corrupt' });
    expect(asked).toBe(2);
    await predictions.classify({ imageId: 'a', frame: 0 });
    predictions.forget(['a']);
    await predictions.classify({ imageId: 'a', frame: 0 });
    expect(asked).toBe(4);
    await expect(predictions.classify({ imageId: 'closed', frame: 0 })).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});
