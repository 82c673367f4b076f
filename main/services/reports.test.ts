import { english } from '../../models/texts/texts.ts';
import { beforeEach, expect, it } from 'vitest';
import sharp from 'sharp';
import { HifuseError } from '../../models/errors.ts';
import { UNCHANGED } from '../../models/imaging/presentation.ts';
import type { WorkerMethod } from '../../worker/protocol.ts';
import {
  fakeHeader,
  fakeInput,
  fakeManifest,
  fakeModel,
  fakePrediction,
  fakeRendering,
  fakeRequests,
} from '../testing/fakes.ts';
import { Reports } from './reports.ts';

const shown = {
  ...fakePrediction({ path: '/images/a.dcm', frame: 1 }),
  heatMaps: [0, 1, 2].map((classIndex) => ({ classIndex, rows: 1, columns: 1, values: Float32Array.from([0.1]) })),
};
const request = {
  predictionId: shown.id,
  classIndex: 1,
  presentation: UNCHANGED,
  overlayOpacity: 0.5,
  shownAnyway: false,
  names: true,
};

let asked: WorkerMethod[];
let saved: string[];
let weights: string;
let reports: Reports;
beforeEach(() => {
  asked = [];
  saved = [];
  weights = shown.model.weightsSha256;
  const requests = fakeRequests({
    'model.load': () => {
      const manifest = fakeManifest();
      return Promise.resolve(
        fakeModel({ manifest: { ...manifest, weights: { ...manifest.weights, sha256: weights } } }),
      );
    },
    'model.input': () => Promise.resolve(fakeInput(shown.content)),
    'image.header': ({ path }) => Promise.resolve(fakeHeader(path)),
    'image.render': async ({ frame }) => {
      expect(frame).toBe(1);
      const raw = { width: 4, height: 3, channels: 1 } as const;
      const png = await sharp(Buffer.alloc(12), { raw }).png().toBuffer();
      return { ...fakeRendering, png: new Uint8Array(png), width: 4, height: 3, content: shown.content };
    },
  });
  reports = new Reports({
    texts: () => Promise.resolve(english),
    requests: {
      request: (method, ...rest) => {
        asked.push(method);
        return requests.request(method, ...rest);
      },
    },
    drawnOn: () => ({ measurements: [], keyFrames: [] }),
    image: () => ({ name: 'patients/Doe^Jane.dcm' }),
    prediction: (id) => {
      if (id !== shown.id) throw new HifuseError('prediction.gone');
      return { imageId: 'a', prediction: shown, model: { directory: '/model', engine: 'auto', device: 'auto' } };
    },
    saveFile: (name, _mime, bytes) => {
      saved.push(name, Buffer.from(bytes.subarray(0, 5)).toString());
      return Promise.resolve({ kind: 'cancelled' });
    },
  });
});

it('prints what was shown, and runs no network', async () => {
  await reports.save(request);
  expect(saved).toEqual(['Doe^Jane report.pdf', '%PDF-']);
  expect(asked.sort()).toEqual(['image.header', 'image.render', 'model.input', 'model.load']);
});

it('does not name the file of a report without names', async () => {
  await reports.save({ ...request, names: false });
  expect(saved[0]).toBe('hifuse report.pdf');
});

it('refuses what is no longer what was shown', async () => {
  await expect(reports.save({ ...request, predictionId: 'x' })).rejects.toMatchObject({ code: 'prediction.gone' });
  weights = 'ff'.repeat(32);
  await expect(reports.save(request)).rejects.toMatchObject({ code: 'prediction.gone' });
  expect(saved).toEqual([]);
});
