import { beforeEach, describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { ModelSelection } from '../../worker/protocol.ts';
import { fakePrediction, fakeRequests } from '../testing/fakes.ts';
import { Predictions } from './predictions.ts';

let asked: number;
let model: ModelSelection;
let predictions: Predictions;

beforeEach(() => {
  asked = 0;
  model = { directory: '/models/chest', engine: 'auto', device: 'auto' };
  const requests = fakeRequests({
    'model.classify': ({ images: [image], heatMaps }) => {
      asked++;
      expect(heatMaps).toBe(true);
      const error = { code: 'image.corrupt', message: 'It is cut off.' } as const;
      if (image!.path === '/data/bad') return Promise.resolve([{ ok: false, image: image!, error }]);
      return Promise.resolve([{ ok: true, prediction: fakePrediction(image!) }]);
    },
  });
  const pathOf = (id: string): string => {
    if (id === 'closed') throw new HifuseError('request.invalid');
    return `/data/${id}`;
  };
  predictions = new Predictions(requests, pathOf, () => Promise.resolve(model));
});

describe('Predictions', () => {
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
