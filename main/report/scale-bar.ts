import type { RenderedOverlay } from './overlay.ts';

export interface ScaleBar {
  /** In columns of the picture. */
  columns: number;
  /** What it is long: millimetres, or pixels of the image where the file gives no spacing. */
  length: number;
  unit: 'mm' | 'pixels';
}

/** The longest of 1, 2 or 5 times a power of ten that is no longer than a third of the picture. */
export function scaleBar({
  width,
  spacing,
  magnification,
}: Pick<RenderedOverlay, 'width' | 'spacing' | 'magnification'>): ScaleBar {
  const perUnit = spacing ? 1 / spacing.column : magnification;
  const most = width / 3 / perUnit;
  const power = 10 ** Math.floor(Math.log10(most));
  const round = [5, 2, 1].find((factor) => factor * power <= most) ?? 1;
  const length = spacing ? round * power : Math.max(1, round * power);
  return { columns: length * perUnit, length, unit: spacing ? 'mm' : 'pixels' };
}
