/** What the renderer sends is checked before it reaches a service: the renderer is not trusted. */
import { HifuseError } from '../../models/errors.ts';
import { JsonFields } from '../../models/package/json-fields.ts';
import { parsePackageDescription } from '../../models/package/manifest.ts';
import { parseSettings } from '../services/settings.ts';
import type { Api, Method } from './contract.ts';

type Check<T> = (fields: JsonFields) => T;

const LONGEST_PATH = 32_768;
const MOST_IMAGES = 1_000_000;
const MOST_FRAMES = 1_000_000;
/** Chunks are smaller; the socket bounds messages, too. */
const LARGEST_CHUNK = 64 * 2 ** 20;

const imageId = (fields: JsonFields): string => fields.string('imageId', { minimum: 1, maximum: 100 });
const image = (fields: JsonFields) => ({ imageId: imageId(fields), frame: fields.integer('frame', 0, MOST_FRAMES) });
const uploadId = (fields: JsonFields): string => fields.string('uploadId', { minimum: 1, maximum: 100 });
const batchId = (fields: JsonFields): string => fields.string('id', { minimum: 1, maximum: 100 });
const path = (fields: JsonFields): string => fields.string('path', { minimum: 1, maximum: LONGEST_PATH });
const folder = (fields: JsonFields): string => fields.string('folder', { minimum: 1, maximum: LONGEST_PATH });

function texts(fields: JsonFields, field: string, most: number, longest: number): string[] {
  return fields
    .list(field, 0, most)
    .map((value, i) =>
      typeof value === 'string' && value.length > 0 && value.length <= longest
        ? value
        : fields.refuse(`${field}[${i}]`, 'must be text'),
    );
}

const imageIds = (fields: JsonFields): string[] => texts(fields, 'imageIds', MOST_IMAGES, 100);

/** A file that was uploaded before, or a path. */
function checkpoint(fields: JsonFields): { uploadId: string } | { path: string } {
  return fields.raw('uploadId') === undefined ? { path: path(fields) } : { uploadId: uploadId(fields) };
}

function bytes(fields: JsonFields): Uint8Array<ArrayBuffer> {
  const value = fields.raw('bytes');
  if (!(value instanceof Uint8Array)) fields.refuse('bytes', 'must be bytes');
  if (value.byteLength > LARGEST_CHUNK) fields.refuse('bytes', `must be at most ${LARGEST_CHUNK} bytes`);
  return value as Uint8Array<ArrayBuffer>;
}

const uploadPart = (fields: JsonFields) => ({
  uploadId: uploadId(fields),
  name: fields.string('name', { maximum: 4096 }),
  offset: fields.integer('offset', 0, Number.MAX_SAFE_INTEGER),
  bytes: bytes(fields),
  last: fields.boolean('last'),
});

const shownWindow = (fields: JsonFields | null) =>
  fields && { center: fields.number('center', -1e12, 1e12), width: fields.number('width', 0, 1e12) };

/** Method -> the check of its parameters; null where it has none. A missing method does not compile. */
const CHECKS = {
  'app.info': null,
  'studies.resend': null,
  'studies.open': (fields) => ({ paths: texts(fields, 'paths', 100_000, LONGEST_PATH) }),
  'studies.dialog': (fields) => ({ kind: fields.oneOf('kind', ['files', 'folder']) }),
  'studies.upload': (fields) => ({
    ...uploadPart(fields),
    openingId: fields.string('openingId', { minimum: 1, maximum: 100 }),
  }),
  'studies.samples': null,
  'studies.close': (fields) => ({ imageIds: fields.raw('imageIds') === 'all' ? 'all' : imageIds(fields) }),
  'studies.reopen': null,
  'studies.skipped': null,
  'files.choose-folder': null,
  'files.list': (fields) => ({ path: fields.raw('path') === null ? null : path(fields) }),
  'images.frame': image,
  'images.thumbnail': (fields) => ({ ...image(fields), size: fields.integer('size', 16, 1024) }),
  'images.elements': (fields) => ({ imageId: imageId(fields) }),
  'predictions.classify': image,
  'predictions.input': image,
  'batch.start': (fields) => ({ imageIds: imageIds(fields) }),
  'batch.cancel': (fields) => ({ id: batchId(fields) }),
  'batch.rows': (fields) => ({
    id: batchId(fields),
    from: fields.integer('from', 0, MOST_IMAGES),
    count: fields.integer('count', 0, MOST_IMAGES),
  }),
  'batch.export': (fields) => ({ id: batchId(fields), format: fields.oneOf('format', ['csv', 'json']) }),
  'reports.save': (fields) => ({
    predictionId: fields.string('predictionId', { minimum: 1, maximum: 100 }),
    classIndex: fields.integer('classIndex', 0, 100_000),
    window: shownWindow(fields.objectOrNull('window')),
    overlayOpacity: fields.number('overlayOpacity', 0, 1),
    names: fields.boolean('names'),
  }),
  'models.list': null,
  'models.damaged': null,
  'models.info': null,
  'models.devices': null,
  'models.upload': uploadPart,
  'models.checkpoint': checkpoint,
  'models.preview': (fields) => ({
    ...checkpoint(fields),
    ...(fields.raw('folder') === undefined ? image(fields) : { folder: folder(fields) }),
    options: parsePackageDescription(fields.raw('options')),
  }),
  'models.import': (fields) => ({ ...checkpoint(fields), options: parsePackageDescription(fields.raw('options')) }),
  'uploads.discard': (fields) => ({ uploadId: uploadId(fields) }),
  'settings.get': null,
  'settings.set': parseSettings,
} satisfies { [M in Method]: Api[M]['params'] extends null ? null : Check<Api[M]['params']> };

/** Whether the contract has a method of that name. */
export const isMethod = (name: unknown): name is Method => typeof name === 'string' && Object.hasOwn(CHECKS, name);

/**
 * The parameters of a method, as the contract says, and nothing else.
 * @throws HifuseError `request.invalid`, naming the field
 */
export function checkParams<M extends Method>(method: M, params: unknown): Api[M]['params'] {
  const check = CHECKS[method] as Check<Api[M]['params']> | null;
  if (check) return check(new JsonFields(params, method, 'request.invalid'));
  if (params != null) throw new HifuseError('request.invalid', { reason: 'no-parameters', method });
  return null as Api[M]['params'];
}
