import { createHash } from 'node:crypto';
import type { Case } from '../../models/evaluation/cases.ts';
import { english } from '../../models/texts/texts.ts';
import { evaluation } from '../results/evaluation.ts';
import { evaluationBody } from '../results/evaluation-html.ts';
import { escapeHtml } from '../results/html.ts';
import { exportedRows } from './export.ts';
import type { Aggregation } from './plan.ts';
import type { RunStore } from './store.ts';

/** What is known of the images: the index of a file's class; undefined where it is not known. */
export type Labels = (file: string) => number | undefined;

/**
 * Measures the rows of a run that have a label as `hifuse evaluate` does: HTML. The bootstrap draws patients where the
 * files name them, else images.
 */
export function measureRun(store: RunStore, aggregation: Aggregation, labels: Labels): string {
  const patients = store.patients();
  const cases: Case[] = [];
  const hashes: string[] = [];
  const failed: Parameters<typeof evaluation>[0]['failed'] = [];
  let made;
  for (const row of exportedRows(store, aggregation)) {
    const label = labels(row.file);
    if (label === undefined) continue;
    if (row.status !== 'ok') {
      failed.push({ file: row.file, error: { code: row.error!.code } });
      continue;
    }
    made = row.made;
    const probabilities = row.classes.map(({ probability }) => probability);
    cases.push({ label, group: patients.get(row.file) ?? `image ${row.file}`, probabilities });
    hashes.push(`${row.sha256} ${label}\n`);
  }
  if (!made) return `<p>${escapeHtml(english.t('batch:summary.labels.none'))}</p>`;
  const { model, engine, device, precision, calibrated } = made;
  return evaluationBody(
    evaluation({
      model: { ...model, engine, device, precision, calibrated },
      classNames: store.plan.model.classes,
      cases,
      data: {
        files: cases.length,
        sha256: createHash('sha256').update(hashes.sort().join('')).digest('hex'),
        part: null,
      },
      failed,
    }),
  );
}
