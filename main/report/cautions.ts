import type { Verdict } from '../../models/doubt/verdict.ts';
import type { Texts } from '../../models/texts/texts.ts';

/** What a report says of the verdict, before everything else; empty where the image is inside what the model is meant for. */
export function verdictCautions({ state, reasons }: Verdict, texts: Texts): string[] {
  if (state === 'inside') return [];
  const head = state === 'outside' ? texts.t('report:outside') : texts.t('report:unverified');
  return [head, ...reasons.map(texts.reason)];
}
