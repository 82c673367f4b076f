/** What a drawing measures on a frame. */
import type { Frame } from '../imaging/frame.ts';
import { angleOf, cobbOf, ellipseArea, lengthOf, outlineArea, rectangleArea, type PixelSize } from './geometry.ts';
import { runsOf, type Run } from './mask.ts';
import type { Drawing, Measured, Point, Quantity, QuantityName, RegionKind } from './measurement.ts';

type MeasuredFrame = Pick<
  Frame,
  | 'rows'
  | 'columns'
  | 'colour'
  | 'pixels'
  | 'rescale'
  | 'unit'
  | 'padding'
  | 'spacing'
  | 'pixelAspectRatio'
  | 'standardUptake'
>;

/** Scale of a length or an area: millimetres where the frame has a spacing, else widths of a pixel. */
interface Scale {
  size: PixelSize;
  unit: 'mm' | 'px';
}

const scaleOf = ({ spacing, pixelAspectRatio }: MeasuredFrame): Scale =>
  spacing
    ? { size: { width: spacing.column, height: spacing.row }, unit: 'mm' }
    : { size: { width: 1, height: pixelAspectRatio }, unit: 'px' };

/**
 * Measures a drawing on a frame. Values are of the frame's modality unit, body-weight SUV where the file allows it;
 * padding takes no part in them and is counted by itself. SD is that of the pixels themselves (divided by their number).
 * What cannot be measured is left out: the angle of a line without length, the mean of no pixels.
 */
export function measure(drawing: Drawing, frame: MeasuredFrame): Measured {
  const { spacing } = frame;
  return {
    quantities: quantitiesOf(drawing, frame).filter(({ value }) => Number.isFinite(value)),
    spacing: spacing && { row: spacing.row, column: spacing.column, source: spacing.source },
  };
}

function quantitiesOf({ kind, points }: Drawing, frame: MeasuredFrame): Quantity[] {
  const { size, unit } = scaleOf(frame);
  const [a, b, c, d] = points as [Point, Point, Point, Point];
  switch (kind) {
    case 'length':
      return [{ name: 'length', value: lengthOf(a, b, size), unit }];
    case 'angle':
      return [{ name: 'angle', value: angleOf(a, b, c, size), unit: '°' }];
    case 'cobb':
      return [{ name: 'angle', value: cobbOf(a, b, c, d, size), unit: '°' }];
    case 'rectangle':
      return [...valuesInside(kind, points, frame), area(rectangleArea(a, b, size), unit)];
    case 'ellipse':
      return [...valuesInside(kind, points, frame), area(ellipseArea(a, b, size), unit)];
    case 'freehand':
      return [...valuesInside(kind, points, frame), area(outlineArea(points, size), unit)];
    case 'probe':
      return valuesAt(frame, Math.floor(a.x), Math.floor(a.y));
    case 'arrow':
    case 'text':
      return [];
  }
}

const area = (value: number, unit: Scale['unit']): Quantity => ({ name: 'area', value, unit: `${unit}²` });

/** How stored values of one channel become those that are told. */
interface Channel {
  name: Quantity['channel'] | null;
  /** Place of its first value, and how many values there are per pixel. */
  offset: number;
  stride: number;
  slope: number;
  intercept: number;
  unit: string;
}

const COLOURS = ['red', 'green', 'blue'] as const;

function channelsOf({ colour, rescale, unit, standardUptake }: MeasuredFrame): Channel[] {
  if (colour === 'rgb')
    return COLOURS.map((name, offset) => ({ name, offset, stride: 3, slope: 1, intercept: 0, unit: 'stored' }));
  const factor = standardUptake ?? 1;
  const isStored = rescale.slope === 1 && rescale.intercept === 0;
  return [
    {
      name: null,
      offset: 0,
      stride: 1,
      slope: rescale.slope * factor,
      intercept: rescale.intercept * factor,
      unit: standardUptake === undefined ? unit || (isStored ? 'stored' : '') : 'SUVbw g/ml',
    },
  ];
}

const isPadding = (padding: Frame['padding'], stored: number): boolean =>
  padding !== null && stored >= padding.low && stored <= padding.high;

function valuesAt(frame: MeasuredFrame, column: number, row: number): Quantity[] {
  if (column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return [];
  return channelsOf(frame).flatMap(({ name, offset, stride, slope, intercept, unit }): Quantity[] => {
    const stored = frame.pixels[(row * frame.columns + column) * stride + offset]!;
    if (isPadding(frame.padding, stored)) return [{ name: 'padding', value: 1, unit: '' }];
    return [{ name: 'value', ...(name ? { channel: name } : {}), value: stored * slope + intercept, unit }];
  });
}

/** Mean, SD, extremes and number of the pixels inside a region. */
function valuesInside(kind: RegionKind, points: readonly Point[], frame: MeasuredFrame): Quantity[] {
  const runs = [...runsOf(kind, points, frame)];
  const inside = runs.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const result: Quantity[] = [];
  let count = inside;
  for (const channel of channelsOf(frame)) {
    const { low, high, ...found } = statistics(frame, runs, channel);
    count = found.count;
    const { slope, intercept, unit } = channel;
    const [first, last] = [low * slope + intercept, high * slope + intercept];
    const quantity = (name: QuantityName, value: number): Quantity => ({
      name,
      ...(channel.name ? { channel: channel.name } : {}),
      value,
      unit,
    });
    result.push(
      quantity('mean', found.mean * slope + intercept),
      quantity('sd', found.sd * Math.abs(slope)),
      quantity('minimum', Math.min(first, last)),
      quantity('maximum', Math.max(first, last)),
    );
  }
  result.push({ name: 'pixels', value: count, unit: '' });
  if (count < inside) result.push({ name: 'padding', value: inside - count, unit: '' });
  return result;
}

/** Of the stored values of a channel, padding left out. Sums of whole numbers are exact. */
function statistics(
  { columns, pixels, padding }: MeasuredFrame,
  runs: readonly Run[],
  { offset, stride }: Channel,
): { count: number; mean: number; sd: number; low: number; high: number } {
  const each = (take: (stored: number) => void): void => {
    for (const { row, from, to } of runs) {
      for (let column = from; column <= to; column++) {
        const stored = pixels[(row * columns + column) * stride + offset]!;
        if (!isPadding(padding, stored)) take(stored);
      }
    }
  };
  let [count, sum, low, high] = [0, 0, Infinity, -Infinity];
  each((stored) => {
    count++;
    sum += stored;
    if (stored < low) low = stored;
    if (stored > high) high = stored;
  });
  const mean = sum / count;
  let squares = 0;
  each((stored) => (squares += (stored - mean) ** 2));
  return { count, mean, sd: Math.sqrt(squares / count), low, high };
}
