/** Rows of a batch as the table shows them: filtered, sorted, counted. */
import type { Texts } from '../../models/texts/texts.ts';
import type { BatchRow, BatchState, Prediction } from '../../main/ipc/contract.ts';

export type BatchColumn = 'file' | 'status' | 'top1' | 'probability' | 'milliseconds';
export type BatchFilter = { kind: 'all' } | { kind: 'failed' } | { kind: 'outside' } | { kind: 'class'; name: string };

/** A row with what it is sorted and filtered by. */
export interface BatchLine {
  row: BatchRow;
  top1: string;
  probability: number;
  milliseconds: number;
}

export interface ClassCount {
  name: string;
  displayName: string;
  count: number;
}

/** The most probable class; none where the image is outside of what the model is meant for. */
function answerOf(prediction: Prediction | null): Prediction['classes'][number] | undefined {
  return prediction?.verdict.state === 'outside' ? undefined : prediction?.classes[prediction.top1];
}

/** How far a batch is: what has an answer, of how many, and what failed. */
export function progressText({ done, failed, state, total }: BatchState, texts: Texts): string {
  const how = texts.t(`window:batch.state/${state}`, { done: done - failed, total });
  return failed > 0 ? `${how} · ${texts.t('window:batch.failures', { number: failed })}` : how;
}

/** How many rows say each class, in order of frequency. */
export function countClasses(rows: readonly BatchRow[]): ClassCount[] {
  const counts = new Map<string, ClassCount>();
  for (const { prediction } of rows) {
    const top = answerOf(prediction);
    if (!top) continue;
    const known = counts.get(top.name);
    if (known) known.count++;
    else counts.set(top.name, { name: top.name, displayName: top.displayName, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** Answers by image, of first frames. */
export function firstFrames(rows: readonly BatchRow[]): Map<string, Prediction> {
  return new Map(
    rows.flatMap(({ imageId, frame, prediction }) =>
      frame === 0 && prediction ? [[imageId, prediction] as const] : [],
    ),
  );
}

export function toLine(row: BatchRow): BatchLine {
  const top = answerOf(row.prediction);
  return {
    row,
    top1: top?.displayName ?? '',
    probability: top?.probability ?? -1,
    milliseconds: row.prediction?.milliseconds.total ?? -1,
  };
}

export function filterLines(lines: readonly BatchLine[], filter: BatchFilter): readonly BatchLine[] {
  if (filter.kind === 'all') return lines;
  if (filter.kind === 'outside') return lines.filter(({ row }) => row.prediction?.verdict.state === 'outside');
  if (filter.kind === 'failed') return lines.filter(({ row }) => row.status === 'failed' || row.status === 'skipped');
  return lines.filter(({ row }) => answerOf(row.prediction)?.name === filter.name);
}

const natural = new Intl.Collator(undefined, { numeric: true });

const COMPARE: Record<BatchColumn, (a: BatchLine, b: BatchLine) => number> = {
  file: (a, b) => natural.compare(a.row.file, b.row.file) || a.row.frame - b.row.frame,
  status: (a, b) => a.row.status.localeCompare(b.row.status),
  top1: (a, b) => a.top1.localeCompare(b.top1) || b.probability - a.probability,
  probability: (a, b) => a.probability - b.probability,
  milliseconds: (a, b) => a.milliseconds - b.milliseconds,
};

export function sortLines(
  lines: readonly BatchLine[],
  column: BatchColumn | null,
  descending: boolean,
): readonly BatchLine[] {
  if (!column) return lines;
  const compare = COMPARE[column];
  return lines.toSorted((a, b) => (descending ? compare(b, a) : compare(a, b)));
}
