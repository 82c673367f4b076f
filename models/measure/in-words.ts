import type { Texts } from '../texts/texts.ts';
import type { Drawing, Measured, Quantity } from './measurement.ts';

/** Decimals that matter: fewer, the larger the number; counts have none. */
function decimalsOf({ name, value, unit }: Quantity): number {
  if (name === 'pixels' || name === 'padding') return 0;
  if (name === 'angle') return 1;
  if (unit === 'HU' || unit === 'stored') return 1;
  const size = Math.abs(value);
  return size >= 100 ? 1 : size >= 1 ? 2 : 4;
}

/** '12.3 mm', '40', '13 (stored value)'. */
export function quantityValue(quantity: Quantity, texts: Texts): string {
  const { unit, value } = quantity;
  const number = texts.number(value, decimalsOf(quantity));
  if (unit === 'stored') return texts.t('measure:unit/stored', { value: number });
  return unit === '°' ? `${number}°` : unit ? `${number} ${unit}` : number;
}

/** 'Mean 35.2 HU'. */
export function quantityInWords(quantity: Quantity, texts: Texts): string {
  const name = texts.t(`measure:name/${quantity.name}`);
  const value = quantityValue(quantity, texts);
  if (!quantity.channel) return texts.t('measure:quantity', { name, value });
  return texts.t('measure:quantity-of', { name, value, channel: texts.t(`measure:channel/${quantity.channel}`) });
}

/** A drawing's own words and numbers, a line each: what stands beside it on the image. */
export function measurementLines({ kind, text, quantities }: Drawing & Measured, texts: Texts): string[] {
  const lines =
    kind === 'length' || kind === 'angle' || kind === 'cobb' || kind === 'probe' ? quantityValue : quantityInWords;
  return [text, ...quantities.map((quantity) => lines(quantity, texts))].filter(Boolean);
}

/** Where its lengths come from; empty where it has none. */
export function spacingInWords({ quantities, spacing }: Measured, texts: Texts): string {
  if (!quantities.some(({ name }) => name === 'length' || name === 'area')) return '';
  return spacing ? texts.t('measure:spacing-from', { source: spacing.source }) : texts.t('measure:no-spacing');
}
