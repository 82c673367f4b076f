/**
 * What every method of the contract takes, as schemas: what the renderer sends is checked by them before it reaches a
 * service. The contract declares the same as types, since it must not import anything at run time; a schema that does
 * not give what the contract says does not compile, nor does a method without one.
 */
import * as v from 'valibot';
import { packageDescriptionSchema } from '../../models/package/manifest.ts';
import { frameNumberSchema, imageKeySchema, measurementSchema } from '../../models/measure/schema.ts';
import { boolean, fields, integer, list, number, oneOf, text } from '../../models/schema.ts';
import { settingsSchema } from '../services/settings.ts';
import type { Api, Method } from './contract.ts';

const LONGEST_PATH = 32_768;
const MOST_IMAGES = 1_000_000;
const MOST_FRAMES = 1_000_000;
/** Parts are smaller; the socket bounds messages, too. */
const LARGEST_PART = 64 * 2 ** 20;

/** An id that main or the page gave. */
const id = text({ minimum: 1, maximum: 100 });
const path = text({ minimum: 1, maximum: LONGEST_PATH });
const imageIds = list(id, 0, MOST_IMAGES);
const image = { imageId: id, frame: integer(0, MOST_FRAMES) };

const bytes = v.pipe(
  v.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array, 'must be bytes'),
  v.check(({ byteLength }) => byteLength <= LARGEST_PART, `must be at most ${LARGEST_PART} bytes`),
);

const uploadPart = {
  uploadId: id,
  name: text({ maximum: 4096 }),
  offset: integer(0, Number.MAX_SAFE_INTEGER),
  bytes,
  last: boolean(),
};

const has = (params: unknown, field: string): boolean =>
  typeof params === 'object' && params !== null && (params as Record<string, unknown>)[field] !== undefined;

/** The schema whose field is there; without either, the second one says what is missing. */
const eitherOf = <A extends v.GenericSchema, B extends v.GenericSchema>(field: string, first: A, second: B) =>
  v.lazy((params): A | B => (has(params, field) ? first : second));

/** A checkpoint: a file that was uploaded before, or a path. */
const checkpoint = eitherOf('uploadId', fields({ uploadId: id }), fields({ path }));
const explanation = text();
const voi = v.variant(
  'kind',
  [
    fields({
      kind: v.literal('window'),
      function: oneOf(['LINEAR', 'LINEAR_EXACT', 'SIGMOID']),
      center: number(-1e12, 1e12),
      width: number(0, 1e12),
      explanation,
    }),
    fields({
      kind: v.literal('lut'),
      firstMapped: integer(-(2 ** 31), 2 ** 32),
      bits: integer(1, 16),
      data: v.pipe(
        v.custom<Uint16Array<ArrayBuffer>>((value) => value instanceof Uint16Array, 'must be 16-bit entries'),
        v.check(({ length }) => length >= 1 && length <= 65_536, 'must have 1 to 65536 entries'),
      ),
      explanation,
    }),
  ],
  'must be a window or a table',
);
const presentation = fields({
  voi: v.nullable(voi),
  inverted: boolean(),
  rotation: oneOf([0, 90, 180, 270]),
  flipHorizontal: boolean(),
  flipVertical: boolean(),
});
const description = fields({ options: packageDescriptionSchema });
const all = v.literal('all');

/** Method -> the schema of its parameters; null where it has none. */
export const SCHEMAS = {
  'app.info': null,
  'studies.resend': null,
  'studies.open': fields({ paths: list(path, 0, 100_000) }),
  'studies.dialog': fields({ kind: oneOf(['files', 'folder']) }),
  'studies.upload': fields({ ...uploadPart, openingId: id }),
  'studies.samples': null,
  'studies.close': fields({
    imageIds: Object.assign(
      v.lazy((ids): typeof all | typeof imageIds => (ids === 'all' ? all : imageIds)),
      { message: 'must be "all" or a list' },
    ),
  }),
  'studies.reopen': null,
  'studies.skipped': null,
  'files.choose-folder': null,
  'files.list': fields({ path: v.nullable(path) }),
  'images.frame': fields(image),
  'images.thumbnail': fields({ ...image, size: integer(16, 1024) }),
  'images.elements': fields({ imageId: id }),
  'predictions.classify': fields(image),
  'predictions.input': fields(image),
  'batch.start': fields({ imageIds }),
  'batch.cancel': fields({ id }),
  'batch.rows': fields({ id, from: integer(0, MOST_IMAGES), count: integer(0, MOST_IMAGES) }),
  'batch.export': fields({ id, format: oneOf(['csv', 'json']), names: boolean() }),
  'reports.save': fields({
    predictionId: id,
    classIndex: integer(0, 100_000),
    presentation,
    overlayOpacity: number(0, 1),
    shownAnyway: boolean(),
    names: boolean(),
  }),
  'measurements.list': fields({ image: imageKeySchema }),
  'measurements.save': measurementSchema,
  'measurements.delete': fields({ id, image: imageKeySchema }),
  'measurements.mark-key': fields({ image: imageKeySchema, frame: frameNumberSchema, isKey: boolean() }),
  'measurements.export': fields({ names: boolean() }),
  'models.list': null,
  'models.damaged': null,
  'models.info': null,
  'models.devices': null,
  'models.upload': fields(uploadPart),
  'models.checkpoint': checkpoint,
  'models.preview': v.intersect([checkpoint, eitherOf('folder', fields({ folder: path }), fields(image)), description]),
  'models.import': v.intersect([checkpoint, description]),
  'uploads.discard': fields({ uploadId: id }),
  'settings.get': null,
  'settings.set': settingsSchema,
} satisfies { [M in Method]: Api[M]['params'] extends null ? null : v.GenericSchema<unknown, Api[M]['params']> };
