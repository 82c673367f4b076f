/** What a model's package says of its use, in words. */
import type { Manifest } from '../package/manifest.ts';
import type { Texts } from './texts.ts';

/** Whom and what a model is meant for: 'CR or DX; CHEST; AP or PA; 1 to 5 years'. Empty if its package does not say. */
export function intendedUse({ modalities, bodyParts, views, ageYears }: Manifest['intended'], texts: Texts): string {
  return [modalities, bodyParts, views]
    .map((codes) => texts.either(codes))
    .concat(ageYears ? ageRange(ageYears, texts) : [])
    .filter(Boolean)
    .join('; ');
}

/** '1 to 5 years', 'up to 5 years', 'from 1 year', 'any age'. */
export function ageRange({ minimum, maximum }: NonNullable<Manifest['intended']['ageYears']>, { t }: Texts): string {
  if (minimum === null) return maximum === null ? t('terms:age/any') : t('terms:age/up-to', { count: maximum });
  return maximum === null ? t('terms:age/from', { count: minimum }) : t('terms:age/range', { minimum, count: maximum });
}
