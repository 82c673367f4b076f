import { describe, expect, test } from 'vitest';
import { parseManifest, parsePackageDescription, parseSelfTest } from './manifest.ts';
import { exampleManifest, exampleSelfTest } from './testing/example.ts';

type Json = Record<string, unknown>;

/** A deep copy with one field changed; undefined takes it away. */
function changed(json: unknown, path: string, value: unknown): Json {
  const copy = JSON.parse(JSON.stringify(json)) as Json;
  const keys = path.split('.');
  const last = keys.pop()!;
  let target = copy;
  for (const key of keys) target = target[key] as Json;
  target[last] = value;
  return JSON.parse(JSON.stringify(copy)) as Json;
}

describe('parseManifest', () => {
  test('gives back a valid manifest', () => {
    expect(parseManifest(JSON.parse(JSON.stringify(exampleManifest())), 'm')).toEqual(exampleManifest());
  });

  test('ignores fields that it does not know', () => {
    const json = changed(changed(exampleManifest(), 'future', 1), 'architecture.future', []);
    expect(parseManifest(json, 'm')).toEqual(exampleManifest());
  });

  test('reads a fixed window, a calibration and a quantization', () => {
    const window = { center: -600, width: 1500 };
    const calibration = { method: 'temperature', temperature: 1.4, data: 'validation part' };
    const quantization = {
      scheme: 'int8-qdq',
      activations: [{ layer: 'fu1.W.conv', minimum: -1.5, maximum: 3 }],
      float32Layers: ['conv_head'],
      calibrationImages: 100,
      heldBackImages: 500,
      top1Agreement: 0.99,
      meanAbsoluteProbabilityDifference: 0.01,
      heldBackAccuracy: { float32: 0.8, int8: 0.79 },
    };
    const json = { ...changed(exampleManifest(), 'preprocessing.dicomWindow', window), calibration, quantization };
    const manifest = parseManifest(json, 'm');
    expect(manifest.preprocessing.dicomWindow).toEqual(window);
    expect(manifest).toMatchObject({ calibration, quantization });
  });

  test.each([
    ['schema', 2],
    ['schema', undefined],
    ['id', 'Example'],
    ['id', '../evil'],
    ['id', 'a'.repeat(65)],
    ['id', 'con'],
    ['id', 'nul'],
    ['id', 'com1'],
    ['name', ''],
    ['name', 7],
    ['version', undefined],
    ['license', null],
    ['architecture', []],
    ['architecture.width', 0],
    ['architecture.width', 1e9],
    ['architecture.width', 16.5],
    ['architecture.depths', [1, 1, 1]],
    ['architecture.depths', [1, 1, 1, 1e6]],
    ['architecture.heads', [3, 1, 1, 1]],
    ['architecture.window', 'seven'],
    ['architecture.irmlp', 'sparse'],
    ['architecture.doubleSigmoid', undefined],
    ['classes', []],
    ['classes', 'a,b'],
    [
      'classes',
      [
        { name: 'a', displayName: 'A' },
        { name: 'a', displayName: 'B' },
      ],
    ],
    ['classes', [{ name: '', displayName: 'A' }]],
    ['classes', new Array(1001).fill({ name: 'a', displayName: 'A' })],
    ['preprocessing.geometry', 'stretch-256'],
    ['preprocessing.mean', [0.5, 0.5]],
    ['preprocessing.mean', [0.5, 0.5, '0.5']],
    ['preprocessing.std', [0.5, 0, 0.5]],
    ['preprocessing.exifOrientation', 'no'],
    ['preprocessing.dicomWindow', { center: 0, width: 0 }],
    ['preprocessing.dicomWindow', 'lung'],
    ['calibration', undefined],
    ['calibration', { method: 'temperature', temperature: 0, data: '' }],
    ['intended.modalities', 'CR'],
    ['intended.ageYears', { minimum: -1, maximum: 3 }],
    ['training.metrics', { accuracy: 'high' }],
    ['weights.file', '../weights.safetensors'],
    ['weights.file', '/etc/passwd'],
    ['weights.sha256', 'ABC'],
    ['weights.dtype', 'int8'],
    ['quantization', {}],
  ])('refuses %s = %j and names it', (path, value) => {
    const field = path.split('.').at(-1)!;
    expect(() => parseManifest(changed(exampleManifest(), path, value), 'p/manifest.json')).toThrow(
      expect.objectContaining({
        code: 'model.invalid-package',
        message: expect.stringMatching(new RegExp(`^p/manifest\\.json: .*${field}`)) as string,
      }),
    );
  });

  test.each([null, 1, 'text', []])('refuses %j as a whole', (json) => {
    expect(() => parseManifest(json, 'm')).toThrow(expect.objectContaining({ code: 'model.invalid-package' }));
  });
});

describe('parseSelfTest', () => {
  test('gives back a valid self-test', () => {
    expect(parseSelfTest(JSON.parse(JSON.stringify(exampleSelfTest())), 2, 's')).toEqual(exampleSelfTest());
  });

  test.each([
    ['input.formula', 'random', 'formula'],
    ['input.shape', [2, 3, 224], 'shape'],
    ['input.shape', [200, 3, 224, 224], 'shape'],
    ['input.shape', [2, 3, 224, 223], 'shape'],
    ['logits', [[1, 2]], 'logits'],
    ['logits', [[1, 2], [3]], 'logits[1]'],
    [
      'logits',
      [
        [1, 2],
        [3, null],
      ],
      'logits[1]',
    ],
    ['tolerance.float32', -1, 'float32'],
    ['tolerance.int8', undefined, 'int8'],
  ])('refuses %s = %j and names it', (path, value, field) => {
    expect(() => parseSelfTest(changed(exampleSelfTest(), path, value), 2, 's')).toThrow(
      expect.objectContaining({ code: 'model.invalid-package', message: expect.stringContaining(field) as string }),
    );
  });
});

test('parsePackageDescription refuses options by name', () => {
  const { id, name, version, license, classes, preprocessing, intended, training } = exampleManifest();
  const options = {
    id,
    name,
    version,
    license,
    classes,
    preprocessing,
    intended,
    training,
    doubleSigmoid: true,
    modelCard: '',
  };
  expect(parsePackageDescription(options)).toEqual(options);
  expect(() => parsePackageDescription({ ...options, id: '../up' })).toThrow(
    expect.objectContaining({ code: 'request.invalid', message: expect.stringContaining('id') as string }),
  );
});
