import type { Texts } from '../texts/texts.ts';

interface Answer {
  classes: readonly { name: string; displayName: string }[];
  set: { coverage: number; names: readonly string[] } | null;
}

/** 'Bacterial pneumonia or Viral pneumonia, at 90 %'; empty where the model has no prediction sets. */
export function setInWords({ classes, set }: Answer, texts: Texts): string {
  if (!set) return '';
  const names = set.names.map((name) => classes.find((one) => one.name === name)?.displayName ?? name);
  const percent = Math.round(1000 * set.coverage) / 10;
  const last = names.pop() ?? '';
  return names.length === 0
    ? texts.t('verdict:set-one', { name: last, percent })
    : texts.t('verdict:set-many', { names: names.join(', '), last, percent });
}
