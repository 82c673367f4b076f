import type { Spacing } from '../../models/imaging/frame.ts';

const LENGTHS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * A ruler for the screen: the longest round length (mm) whose bar is at most `longest` screen pixels.
 * `perMillimetre` is screen pixels per millimetre; null if even the shortest does not fit.
 */
export function scaleBar(perMillimetre: number, longest: number): { pixels: number; label: string } | null {
  const length = LENGTHS.findLast((millimetres) => millimetres * perMillimetre <= longest);
  if (length === undefined) return null;
  return { pixels: length * perMillimetre, label: length < 10 ? `${length} mm` : `${length / 10} cm` };
}

/** Where a spacing comes from, short enough for a corner. */
export function describeSpacing(spacing: Spacing): string {
  const round = (value: number): string => String(Number(value.toPrecision(4)));
  const size =
    spacing.row === spacing.column ? `${round(spacing.row)} mm` : `${round(spacing.row)} × ${round(spacing.column)} mm`;
  return `${size} (${spacing.source})`;
}
