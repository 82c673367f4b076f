import type { Architecture, Calibration, Manifest, ModelClass, Preprocessing, Quantization } from './manifest.ts';
import { MOST_CLASSES } from './class-names.ts';
import { JsonFields } from './json-fields.ts';

/** Largest values that are believed. Base has width 96, depth 18 and 24 heads. */
const LIMITS = { width: 1024, depth: 100, window: 56 } as const;

/** No activation of a network that works comes near it; its square is still a float32. */
const MAX_ACTIVATION = 1e18;

/** Lower case letters and digits, joined by single dashes: safe as the name of a folder everywhere. */
export const ID_PATTERN = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * Checks the manifest of a model package field by field.
 *
 * @param json what JSON.parse gave of manifest.json
 * @param subject the file, for messages
 * @throws HifuseError `model.invalid-package`, naming the field
 */
export function parseManifest(json: unknown, subject: string): Manifest {
  const fields = new JsonFields(json, subject, 'model.invalid-package');
  const schema = fields.oneOf('schema', [1]);
  const weights = fields.object('weights');
  const quantization = fields.raw('quantization');
  return {
    schema,
    id: parseId(fields),
    name: fields.string('name', { minimum: 1, maximum: 200 }),
    version: fields.string('version', { minimum: 1, maximum: 50 }),
    license: fields.string('license', { minimum: 1, maximum: 1000 }),
    architecture: parseArchitecture(fields.object('architecture')),
    classes: parseClasses(fields),
    preprocessing: parsePreprocessing(fields.object('preprocessing')),
    calibration: parseCalibration(fields.objectOrNull('calibration')),
    intended: parseIntended(fields.object('intended')),
    training: parseTraining(fields.object('training')),
    weights: {
      file: weights.oneOf('file', ['weights.safetensors']),
      sha256: weights.string('sha256', { pattern: /^[0-9a-f]{64}$/ }),
      dtype: weights.oneOf('dtype', ['float16', 'float32']),
    },
    ...(quantization === undefined ? {} : { quantization: parseQuantization(fields.object('quantization')) }),
  };
}

/** The id, which becomes the name of a folder. @throws HifuseError of the fields' code, naming the field */
export function parseId(fields: JsonFields): string {
  return fields.string('id', { minimum: 1, maximum: 64, pattern: ID_PATTERN });
}

function parseArchitecture(fields: JsonFields): Architecture {
  const width = fields.integer('width', 1, LIMITS.width);
  const heads = four(fields.integers('heads', 4, 1, 8 * LIMITS.width));
  heads.forEach((count, stage) => {
    if ((width * 2 ** stage) % count !== 0)
      fields.refuse(`heads[${stage}]`, `must divide ${width * 2 ** stage} channels`);
  });
  return {
    width,
    depths: four(fields.integers('depths', 4, 1, LIMITS.depth)),
    heads,
    window: fields.integer('window', 1, LIMITS.window),
    irmlp: fields.oneOf('irmlp', ['depthwise', 'dense']),
    doubleSigmoid: fields.boolean('doubleSigmoid'),
  };
}

/** The classes in the model's order, each named once. @throws HifuseError of the fields' code, naming the field */
export function parseClasses(fields: JsonFields): ModelClass[] {
  const classes = fields.objects('classes', 1, MOST_CLASSES).map((item) => ({
    name: item.string('name', { minimum: 1, maximum: 200 }),
    displayName: item.string('displayName', { minimum: 1, maximum: 200 }),
  }));
  const twice = classes.find(({ name }, i) => classes.findIndex((other) => other.name === name) !== i);
  if (twice) fields.refuse('classes', `name ${JSON.stringify(twice.name)} twice`);
  return classes;
}

/** How a frame becomes the input. @throws HifuseError of the fields' code, naming the field */
export function parsePreprocessing(fields: JsonFields): Preprocessing {
  return {
    geometry: fields.oneOf('geometry', ['stretch-224', 'shortest-edge-256-center-crop-224']),
    mean: three(fields.numbers('mean', 3, -10, 10)),
    std: three(fields.numbers('std', 3, 1e-6, 10)),
    exifOrientation: fields.boolean('exifOrientation'),
    dicomWindow: parseDicomWindow(fields),
  };
}

function parseDicomWindow(fields: JsonFields): Preprocessing['dicomWindow'] {
  if (fields.raw('dicomWindow') === 'file') return 'file';
  const window = fields.object('dicomWindow');
  return { center: window.number('center', -1e9, 1e9), width: window.number('width', 1e-9, 1e9) };
}

function parseCalibration(fields: JsonFields | null): Calibration | null {
  return (
    fields && {
      method: fields.oneOf('method', ['temperature']),
      temperature: fields.number('temperature', 1e-3, 1e3),
      data: fields.string('data'),
    }
  );
}

/** Whom and what the model is meant for. @throws HifuseError of the fields' code, naming the field */
export function parseIntended(fields: JsonFields): Manifest['intended'] {
  const age = fields.objectOrNull('ageYears');
  return {
    modalities: fields.strings('modalities'),
    bodyParts: fields.strings('bodyParts'),
    views: fields.strings('views'),
    ageYears: age && { minimum: age.numberOrNull('minimum', 0, 150), maximum: age.numberOrNull('maximum', 0, 150) },
  };
}

/** What the model was trained on, and how well it did. @throws HifuseError of the fields' code, naming the field */
export function parseTraining(fields: JsonFields): Manifest['training'] {
  return { data: fields.string('data'), metrics: fields.numberRecord('metrics') };
}

function parseQuantization(fields: JsonFields): Quantization {
  return {
    scheme: fields.oneOf('scheme', ['int8-qdq']),
    activations: fields.objects('activations', 0, 10_000).map((item) => ({
      layer: item.string('layer', { minimum: 1, maximum: 200 }),
      minimum: item.number('minimum', -MAX_ACTIVATION, 0),
      maximum: item.number('maximum', 0, MAX_ACTIVATION),
    })),
    float32Layers: fields.strings('float32Layers', 10_000),
    calibrationImages: fields.integer('calibrationImages', 0, 1e9),
    heldBackImages: fields.integer('heldBackImages', 0, 1e9),
    top1Agreement: fields.number('top1Agreement', 0, 1),
    meanAbsoluteProbabilityDifference: fields.number('meanAbsoluteProbabilityDifference', 0, 1),
    heldBackAccuracy: parseHeldBackAccuracy(fields),
  };
}

function parseHeldBackAccuracy(fields: JsonFields): { float32: number; int8: number } | null {
  const accuracy = fields.raw('heldBackAccuracy') === undefined ? null : fields.objectOrNull('heldBackAccuracy');
  return accuracy && { float32: accuracy.number('float32', 0, 1), int8: accuracy.number('int8', 0, 1) };
}

function three([a, b, c]: readonly number[]): [number, number, number] {
  return [a!, b!, c!];
}

function four([a, b, c, d]: readonly number[]): [number, number, number, number] {
  return [a!, b!, c!, d!];
}
