/** What a measurement may be, wherever it comes from. */
import * as v from 'valibot';
import { fields, integer, list, number, oneOf, text } from '../schema.ts';
import { MEASUREMENT_KINDS, MOST_POINTS, POINT_COUNTS, type Measurement } from './measurement.ts';

const FARTHEST = 1e7;
const point = fields({ x: number(-FARTHEST, FARTHEST), y: number(-FARTHEST, FARTHEST) });

const QUANTITY_NAMES = [
  ...(['length', 'angle', 'area', 'mean', 'sd', 'minimum', 'maximum', 'value', 'pixels', 'padding'] as const),
];
const quantity = fields({
  name: oneOf(QUANTITY_NAMES),
  channel: v.exactOptional(oneOf(['red', 'green', 'blue'])),
  value: number(),
  unit: text({ maximum: 100 }),
});

const SOURCES = [
  'PixelSpacing',
  'ImagerPixelSpacing',
  'NominalScannedPixelSpacing',
  'UltrasoundRegion',
  'PixelSpacing calibrated from fiducials',
  'PixelSpacing calibrated from geometry',
] as const;
const spacing = fields({ row: number(0), column: number(0), source: oneOf(SOURCES) });

const pointsFit = ({ kind, points }: Pick<Measurement, 'kind' | 'points'>): boolean =>
  points.length === (POINT_COUNTS[kind] ?? Math.max(3, points.length));

export const imageKeySchema = text({ minimum: 5, maximum: 200, pattern: /^(uid:|sha256:)./ });
export const frameNumberSchema = integer(0, 1_000_000);

const shape = fields({
  id: text({ pattern: /^[0-9a-f-]{36}$/ }),
  image: imageKeySchema,
  frame: frameNumberSchema,
  kind: oneOf(MEASUREMENT_KINDS),
  points: list(point, 1, MOST_POINTS),
  text: text({ maximum: 1000 }),
  colour: integer(0, 1000),
  createdAt: text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ }),
  contentSha256: text({ pattern: /^[0-9a-f]{64}$/ }),
  quantities: list(quantity, 0, 50),
  spacing: v.nullable(spacing),
});

export const measurementSchema = v.pipe(
  shape,
  v.check((drawn: v.InferOutput<typeof shape>) => pointsFit(drawn), 'must have as many points as its kind needs'),
);
