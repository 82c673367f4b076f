import type { Manifest, SelfTest } from '../manifest.ts';

/** The smallest network that has every part of HiFuse: for tests. */
export const SMALL: Manifest['architecture'] = {
  width: 16,
  depths: [1, 1, 1, 1],
  heads: [1, 1, 2, 2],
  window: 7,
  irmlp: 'depthwise',
  doubleSigmoid: false,
};

/** A valid manifest, to be changed by tests. */
export function exampleManifest(): Manifest {
  return {
    schema: 1,
    id: 'example',
    name: 'Example',
    version: '1.0.0',
    license: 'MIT',
    architecture: SMALL,
    classes: [
      { name: 'a', displayName: 'A' },
      { name: 'b', displayName: 'B' },
    ],
    preprocessing: {
      geometry: 'stretch-224',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      exifOrientation: false,
      dicomWindow: 'file',
    },
    calibration: null,
    intended: { modalities: ['CR'], bodyParts: ['CHEST'], views: [], ageYears: { minimum: 1, maximum: null } },
    training: { data: 'none', metrics: { accuracy: 0.5 } },
    weights: { file: 'weights.safetensors', sha256: '0'.repeat(64), dtype: 'float16' },
  };
}

/** A valid self-test for the manifest above. */
export function exampleSelfTest(): SelfTest {
  return {
    schema: 1,
    input: { formula: 'fnv1a-lcg', name: 'input', shape: [2, 3, 224, 224] },
    logits: [
      [0.5, 1],
      [2, -3],
    ],
    tolerance: { float32: 0.001, float16: 0.01, int8: 0.5 },
  };
}
