import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import { fakeManifest } from '../testing/fakes.ts';
import { checkParams, isMethod } from './checks.ts';
import type { Api, Method } from './contract.ts';

const { id, name, version, license, classes, preprocessing, intended, training } = fakeManifest();
const options = {
  ...{ id, name, version, license, preprocessing, intended, training },
  classes: [...classes],
  doubleSigmoid: false,
  modelCard: '# Card',
};

const part = { uploadId: 'u', name: 'a.dcm', offset: 0, bytes: new Uint8Array(3), last: true };

/** Method -> parameters that must pass as they are. */
const VALID: { [M in Method]: Api[M]['params'] } = {
  'app.info': null,
  'studies.resend': null,
  'studies.open': { paths: ['/data/a', 'C:\\data'] },
  'studies.dialog': { kind: 'folder' },
  'studies.upload': { ...part, openingId: 'o' },
  'studies.samples': null,
  'studies.close': { imageIds: 'all' },
  'studies.reopen': null,
  'studies.skipped': null,
  'files.choose-folder': null,
  'files.list': { path: null },
  'images.frame': { imageId: 'image-1', frame: 3 },
  'images.thumbnail': { imageId: 'image-1', frame: 0, size: 96 },
  'images.elements': { imageId: 'image-1' },
  'predictions.classify': { imageId: 'image-1', frame: 0 },
  'predictions.input': { imageId: 'image-1', frame: 0 },
  'batch.start': { imageIds: ['image-1', 'image-2'] },
  'batch.cancel': { id: 'batch-1' },
  'batch.rows': { id: 'batch-1', from: 0, count: 50 },
  'batch.export': { id: 'batch-1', format: 'json', names: true },
  'reports.save': {
    predictionId: 'prediction-1',
    classIndex: 2,
    presentation: {
      voi: { kind: 'window', function: 'LINEAR', center: -600, width: 1500, explanation: '' },
      inverted: true,
      rotation: 90,
      flipHorizontal: false,
      flipVertical: true,
    },
    overlayOpacity: 0.5,
    shownAnyway: false,
    names: false,
  },
  'measurements.list': { image: 'uid:1.2.3' },
  'measurements.save': {
    image: 'uid:1.2.3',
    id: '01234567-89ab-cdef-0123-456789abcdef',
    frame: 0,
    kind: 'length',
    points: [
      { x: 0.5, y: 1 },
      { x: 3, y: 4 },
    ],
    text: '',
    colour: 1,
    createdAt: '2024-01-02T03:04:05.678Z',
    contentSha256: '0'.repeat(64),
    quantities: [{ name: 'length', value: 1.5, unit: 'mm' }],
    spacing: { row: 0.5, column: 0.5, source: 'PixelSpacing' },
  },
  'measurements.delete': { id: 'm', image: 'uid:1.2.3' },
  'measurements.mark-key': { image: 'uid:1.2.3', frame: 2, isKey: true },
  'measurements.export': { names: true },
  'models.list': null,
  'models.damaged': null,
  'models.info': null,
  'models.devices': null,
  'models.upload': part,
  'models.checkpoint': { uploadId: 'u' },
  'models.preview': { path: '/data/best.pth', folder: '/data/images', options },
  'models.import': { path: '/data/best_model.pth', options },
  'uploads.discard': { uploadId: 'u' },
  'settings.get': null,
  'settings.set': { device: 'cpu', noticeAccepted: true },
};

const METHODS = Object.keys(VALID) as Method[];

describe('checkParams', () => {
  it.each(METHODS)('lets through what %s takes, and nothing beside it', (method) => {
    const params = VALID[method];
    expect(isMethod(method)).toBe(true);
    expect(checkParams(method, params)).toEqual(params);
    if (params !== null) expect(checkParams(method, { ...params, extra: 1 })).toEqual(params);
  });

  it.each(METHODS.filter((method) => VALID[method] !== null && method !== 'settings.set'))(
    'refuses %s without one of its parameters, by name',
    (method) => {
      const [field] = Object.keys(VALID[method]!) as [string];
      const { [field]: _left, ...rest } = VALID[method] as unknown as Record<string, unknown>;
      // A checkpoint is named by an upload or by a path: then the other one is missed.
      expect(() => checkParams(method, rest)).toThrow(/uploadId|path/.test(field) ? /uploadId|path/ : field);
    },
  );

  it('answers anything with parameters or with a refusal', () => {
    fc.assert(
      fc.property(fc.constantFrom(...METHODS), fc.anything(), (method, params) => {
        try {
          checkParams(method, params);
        } catch (error) {
          expect(error).toBeInstanceOf(HifuseError);
          expect(error).toMatchObject({ code: 'request.invalid' });
        }
      }),
    );
  });

  it.each<[Method, unknown]>([
    ['images.frame', { imageId: 'image-1', frame: 1.5 }],
    ['images.frame', { imageId: 'image-1', frame: NaN }],
    ['images.thumbnail', { imageId: 'image-1', frame: 0, size: 1e9 }],
    ['studies.upload', { ...part, openingId: 'o', bytes: [1, 2] }],
    ['models.import', { path: '/a', options: { ...options, id: '../escape' } }],
    ['settings.set', { engine: 'constructor' }],
    ['studies.close', { imageIds: 'most' }],
  ])('refuses %s with %j', (method, params) => {
    expect(() => checkParams(method, params)).toThrow(HifuseError);
  });
});

it.each<[Method, unknown, RegExp]>([
  ['images.frame', null, /images\.frame: the whole must be an object/],
  ['images.frame', { imageId: 'image-1' }, /frame must be a number/],
  ['images.frame', { imageId: '', frame: 0 }, /imageId must not be empty/],
  ['images.thumbnail', { imageId: 'image-1', frame: 0, size: 8 }, /size must be from 16 to 1024/],
  ['studies.open', { paths: ['a', 7] }, /paths\[1\] must be text/],
  ['studies.close', {}, /imageIds must be "all" or a list/],
  ['studies.upload', { ...part, openingId: 'o', bytes: undefined }, /bytes must be bytes/],
  ['models.checkpoint', {}, /path must be text/],
  ['models.import', { uploadId: 'u' }, /options must be an object/],
  ['settings.set', { device: 'abacus' }, /device must be "auto" or "cpu"/],
])('says of %s with %j what is wrong', (method, params, sentence) => {
  expect(() => checkParams(method, params)).toThrow(sentence);
});

it.each(['constructor', '__proto__', 'hasOwnProperty', '', 1, null])('%j is no method', (method) => {
  expect(isMethod(method)).toBe(false);
});
