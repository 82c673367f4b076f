/** The manifest and the self-test of a model package (schema 1). They grow by adding fields. */
import * as v from 'valibot';
import { architectureSchema } from '../hifuse/architecture.ts';
import { INPUT_SIZE } from '../hifuse/variants.ts';
import { calibrationSchema, statisticsSchema } from './calibration.ts';
import { boolean, fields, four, integer, list, number, numbers, oneOf, parse, text, three } from '../schema.ts';
import { MOST_CLASSES } from './class-names.ts';

export type { Architecture } from '../hifuse/architecture.ts';
export type { Calibration, ConformalLevel, Statistics } from './calibration.ts';

/** No activation of a network that works comes near it; its square is still a float32. */
const MAX_ACTIVATION = 1e18;

/** Names that Windows keeps for devices: no folder can have one of them. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** Lower case letters and digits, joined by single dashes: safe as the name of a folder everywhere. */
const ID_PATTERN = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const idSchema = v.pipe(
  text({ minimum: 1, maximum: 64, pattern: ID_PATTERN }),
  v.check((id) => !RESERVED.test(id), 'must not be a name that Windows keeps for a device'),
);

/**
 * Checks the id that a package is to have.
 *
 * @throws HifuseError `request.invalid`
 */
export function parseId(id: string): string {
  return parse(fields({ id: idSchema }), { id }, 'The package', 'request.invalid').id;
}

/** Whether a text can be the id of a package. */
export function isId(value: string): boolean {
  return v.is(idSchema, value);
}

const classSchema = fields({
  /** Verbatim from class_indices.json. */
  name: text({ minimum: 1, maximum: 200 }),
  displayName: text({ minimum: 1, maximum: 200 }),
});

export type ModelClass = v.InferOutput<typeof classSchema>;

/** The name that stands twice among classes, if there is one. */
function namedTwice(classes: readonly ModelClass[]): string | undefined {
  const seen = new Set<string>();
  return classes.find(({ name }) => seen.size === seen.add(name).size)?.name;
}

const classesSchema = v.pipe(
  list(classSchema, 1, MOST_CLASSES),
  v.check(
    (classes) => namedTwice(classes) === undefined,
    ({ input }) => `name ${JSON.stringify(namedTwice(input))} twice`,
  ),
);

/** How an image becomes the square that the network sees. */
export const GEOMETRIES = ['stretch-224', 'shortest-edge-256-center-crop-224'] as const;

const geometrySchema = oneOf(GEOMETRIES);

export type Geometry = v.InferOutput<typeof geometrySchema>;

const windowSchema = fields({ center: number(-1e9, 1e9), width: number(1e-9, 1e9) });

/** How a frame becomes the network's input. */
const preprocessingSchema = fields({
  geometry: geometrySchema,
  /** Per channel, of value / 255. */
  mean: three(number(-10, 10)),
  std: three(number(1e-6, 10)),
  /** Apply the EXIF orientation before resizing (PyTorch's usual loaders do not). */
  exifOrientation: boolean(),
  /** DICOM grayscale is shown to the network through the file's own first window, or through a fixed one. */
  dicomWindow: v.lazy((value) => (value === 'file' ? v.literal('file') : windowSchema)),
});

export type Preprocessing = v.InferOutput<typeof preprocessingSchema>;

const shortTexts = list(v.pipe(v.string('must be (short) text'), v.maxLength(1000, 'must be (short) text')), 0, 100);

/** Whom and what a model is meant for. Lists are empty where the package does not say. */
const intendedSchema = fields({
  modalities: shortTexts,
  bodyParts: shortTexts,
  views: shortTexts,
  /** Inclusive range in years, null where open. */
  ageYears: v.nullable(fields({ minimum: v.nullable(number(0, 150)), maximum: v.nullable(number(0, 150)) })),
  /** Sides that a file may state, e.g. U (unpaired); without it, any. */
  lateralities: v.exactOptional(shortTexts),
});

const trainingSchema = fields({ data: text(), metrics: numbers() });

/** Smallest and largest input of a layer that eight bits represent; the layer by its released name. */
const activationSchema = fields({
  layer: text({ minimum: 1, maximum: 200 }),
  minimum: number(-MAX_ACTIVATION, 0),
  maximum: number(0, MAX_ACTIVATION),
});

const quantizationSchema = fields({
  scheme: oneOf(['int8-qdq']),
  /** The layers whose products are in int8. Their weights are quantised when the package is loaded. */
  activations: list(activationSchema, 0, 10_000),
  /** Layers kept in float32, by parameter name. */
  float32Layers: list(text({ maximum: 1000 }), 0, 10_000),
  calibrationImages: integer(0, 1e9),
  heldBackImages: integer(0, 1e9),
  top1Agreement: number(0, 1),
  meanAbsoluteProbabilityDifference: number(0, 1),
  /** Share of the held-back images that each precision classifies as labelled; null without labels. */
  heldBackAccuracy: v.exactOptional(v.nullable(fields({ float32: number(0, 1), int8: number(0, 1) }))),
});

export type Quantization = v.InferOutput<typeof quantizationSchema>;

const descriptionFields = {
  /** The folder's name. */
  id: idSchema,
  name: text({ minimum: 1, maximum: 200 }),
  version: text({ minimum: 1, maximum: 50 }),
  license: text({ minimum: 1, maximum: 1000 }),
  /** In the model's order. */
  classes: classesSchema,
  preprocessing: preprocessingSchema,
  intended: intendedSchema,
  training: trainingSchema,
};

/** Its fields stand in a manifest in this order. */
const manifestSchema = fields({
  schema: oneOf([1]),
  id: descriptionFields.id,
  name: descriptionFields.name,
  version: descriptionFields.version,
  license: descriptionFields.license,
  architecture: architectureSchema,
  classes: descriptionFields.classes,
  preprocessing: descriptionFields.preprocessing,
  /** null: probabilities are the softmax of the logits, not calibrated. */
  calibration: v.nullable(calibrationSchema),
  /** null or missing: whether an image is unusual cannot be told. */
  statistics: v.exactOptional(v.nullable(statisticsSchema)),
  intended: descriptionFields.intended,
  training: descriptionFields.training,
  weights: fields({
    file: oneOf(['weights.safetensors']),
    sha256: text({ pattern: /^[0-9a-f]{64}$/ }),
    dtype: oneOf(['float16', 'float32']),
  }),
  quantization: v.exactOptional(quantizationSchema),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

/**
 * Checks the manifest of a model package.
 *
 * @param json what JSON.parse gave of manifest.json
 * @param subject the file, for messages
 * @throws HifuseError `model.invalid-package`, naming the field
 */
export function parseManifest(json: unknown, subject: string): Manifest {
  return parse(manifestSchema, json, subject, 'model.invalid-package');
}

/** What goes into a manifest and a checkpoint cannot tell. */
export const packageDescriptionSchema = fields({
  ...descriptionFields,
  doubleSigmoid: boolean(),
  /** Markdown; empty: to be made from the rest. */
  modelCard: text({ maximum: 500_000 }),
});

export type PackageDescription = v.InferOutput<typeof packageDescriptionSchema>;

/**
 * Checks what a person, a wizard or a command line said about a checkpoint.
 *
 * @throws HifuseError `request.invalid`, naming the field
 */
export function parsePackageDescription(options: unknown): PackageDescription {
  return parse(packageDescriptionSchema, options, 'The import', 'request.invalid');
}

/** Images that a self-test may have: it runs every time a device is chosen. */
const MOST_TEST_IMAGES = 8;

const isInputShape = ([images, channels, rows, columns]: readonly [number, number, number, number]): boolean =>
  images <= MOST_TEST_IMAGES && channels === 3 && rows === INPUT_SIZE && columns === INPUT_SIZE;

/** selftest.json: the golden formula's input, and what the network must answer. */
const selfTestSchema = fields({
  schema: oneOf([1]),
  input: fields({
    formula: oneOf(['fnv1a-lcg']),
    /** Seeds the formula. */
    name: oneOf(['input']),
    /** [N, 3, 224, 224]. */
    shape: v.pipe(
      four(integer(1, INPUT_SIZE)),
      v.check(isInputShape, `must be [1 to ${MOST_TEST_IMAGES}, 3, ${INPUT_SIZE}, ${INPUT_SIZE}]`),
    ),
  }),
  /** A row per image, in the order of the classes. */
  logits: list(list(number(), 1, MOST_CLASSES), 1, MOST_TEST_IMAGES),
  /** Largest allowed absolute difference of any logit. */
  tolerance: fields({ float32: number(0, 1e6), float16: number(0, 1e6), int8: number(0, 1e6) }),
});

export type SelfTest = v.InferOutput<typeof selfTestSchema>;

/**
 * Checks selftest.json.
 *
 * @param json what JSON.parse gave
 * @param classCount logits per image, of the manifest
 * @param subject the file, for messages
 * @throws HifuseError `model.invalid-package`, naming the field
 */
export function parseSelfTest(json: unknown, classCount: number, subject: string): SelfTest {
  const selfTest = parse(selfTestSchema, json, subject, 'model.invalid-package');
  const rows = fields({
    logits: list(list(v.any(), classCount, classCount), selfTest.input.shape[0], selfTest.input.shape[0]),
  });
  parse(rows, selfTest, subject, 'model.invalid-package');
  return selfTest;
}
