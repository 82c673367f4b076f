import type { Measurement, Quantity, QuantityName } from '../../models/measure/measurement.ts';
import { csvLine, pathField, textField } from './csv-fields.ts';

/** The measurements of one file. */
export interface MeasuredFile {
  file: string;
  measurements: readonly Measurement[];
  /** Frames that the reader marked. */
  keyFrames: readonly number[];
}

const VALUES = ['mean', 'sd', 'minimum', 'maximum', 'value'] as const satisfies QuantityName[];
const CHANNELS = ['', 'red', 'green', 'blue'] as const;

/** 'mean' of a grayscale image, 'mean_red' of a colour image. */
const COLUMNS = CHANNELS.flatMap((channel) => VALUES.map((name) => ({ name, channel })));

/**
 * Measurements as CSV, one per row: file, image (SOP Instance UID or hash of the pixels), frame (from 0 on), whether it is
 * a key image, kind, the reader's text, length and area with their units and the spacing they were made with, angle in
 * degrees, statistics with their unit, number of pixels and of padding pixels that were left out, points (image pixels),
 * id and time. Numbers in full precision.
 */
export function measurementsCsv(files: readonly MeasuredFile[]): string {
  const head = csvLine([
    ...['file', 'image', 'frame', 'key_image', 'kind', 'text'],
    ...[
      'length',
      'length_unit',
      'angle_degrees',
      'area',
      'area_unit',
      'spacing_source',
      'spacing_row',
      'spacing_column',
    ],
    ...COLUMNS.map(({ name, channel }) => (channel ? `${name}_${channel}` : name)),
    ...['value_unit', 'pixels', 'padding_pixels', 'points', 'id', 'created_at'],
  ]);
  return head + files.flatMap((one) => one.measurements.map((measurement) => rowOf(one, measurement))).join('');
}

function rowOf({ file, keyFrames }: MeasuredFile, measurement: Measurement): string {
  const { frame, id, image, kind, points, quantities, spacing, text, createdAt } = measurement;
  const find = (name: QuantityName, channel = ''): Quantity | undefined =>
    quantities.find((one) => one.name === name && (one.channel ?? '') === channel);
  const value = (name: QuantityName, channel = ''): string => String(find(name, channel)?.value ?? '');
  const unit = (name: QuantityName): string => find(name)?.unit ?? '';
  return csvLine([
    ...[pathField(file), image, String(frame), keyFrames.includes(frame) ? 'yes' : 'no', kind, textField(text)],
    ...[value('length'), unit('length'), value('angle'), value('area'), unit('area')],
    ...[spacing?.source ?? '', String(spacing?.row ?? ''), String(spacing?.column ?? '')],
    ...COLUMNS.map(({ name, channel }) => value(name, channel)),
    textField(quantities.find(({ name }) => (VALUES as readonly string[]).includes(name))?.unit ?? ''),
    ...[value('pixels'), find('pixels') ? String(find('padding')?.value ?? 0) : ''],
    ...[points.map(({ x, y }) => `${x} ${y}`).join(' '), id, createdAt],
  ]);
}
