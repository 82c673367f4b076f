import type { Measurement, MeasurementKind } from '../../models/measure/measurement.ts';
import type { Texts } from '../../models/texts/texts.ts';

/** Id -> 'Length 2': its kind, numbered among those of its kind in the order of drawing. */
export function measurementNames(all: readonly Measurement[], texts: Texts): Map<string, string> {
  const counts: Partial<Record<MeasurementKind, number>> = {};
  return new Map(
    all.map(({ id, kind }) => {
      const number = (counts[kind] = (counts[kind] ?? 0) + 1);
      return [id, texts.t('measure:named', { kind: texts.t(`measure:kind/${kind}`), number })];
    }),
  );
}
