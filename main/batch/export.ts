import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileOutput } from '../cli/output.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { csvWriter, type ExtraColumn } from '../results/csv.ts';
import type { ResultRow, ResultsHeader } from '../results/row.ts';
import { partialName } from '../results/writer.ts';
import { toJson } from '../terminal.ts';
import type { Aggregation } from './plan.ts';
import { aggregate, type SeriesRow } from './series.ts';
import type { FileColumns, KeptRow, RunStore } from './store.ts';

export interface ExportOptions {
  aggregation: Aggregation;
  /** Tells people of a file that another run wrote meanwhile. */
  say(line: string): void;
  texts: Texts;
}

/** A row with all that the files of results say of it. They name no patient. */
export interface ExportedRow extends ResultRow, Omit<FileColumns, 'patientId'> {
  /** The folder that `file` is relative to. */
  root: string;
  /** Whether the run had ended, and all rows are there. */
  complete: boolean;
  /** Of a series: its images with and without a prediction; null where rows are of images. */
  images: number | null;
  failedImages: number | null;
  made: ResultsHeader;
}

/** A piece of text that is written at once. */
const PIECE = 2 ** 16;

const text = (value: string | number | boolean | null | undefined): string => String(value ?? '');

const FILE_COLUMNS: readonly ExtraColumn<ExportedRow>[] = [
  { name: 'modality', value: ({ modality }) => text(modality) },
  { name: 'body_part', value: ({ bodyPart }) => text(bodyPart) },
  { name: 'view', value: ({ view }) => text(view) },
  { name: 'age_years', value: ({ ageYears }) => text(ageYears) },
  { name: 'study_uid', value: ({ studyUid }) => text(studyUid) },
  { name: 'series_uid', value: ({ seriesUid }) => text(seriesUid) },
  { name: 'sop_instance_uid', value: ({ sopInstanceUid }) => text(sopInstanceUid) },
  { name: 'sha256', value: ({ sha256 }) => text(sha256) },
  { name: 'duplicate_of', value: ({ duplicateOf }) => text(duplicateOf) },
  { name: 'ms', value: ({ ms }) => text(ms) },
  { name: 'heat_map', value: ({ heatMap }) => text(heatMap) },
  { name: 'root', value: ({ root }) => root },
  { name: 'run_complete', value: ({ complete }) => text(complete) },
];

const SERIES_COLUMNS: readonly ExtraColumn<ExportedRow>[] = [
  { name: 'series_images', value: ({ images }) => text(images) },
  { name: 'series_images_failed', value: ({ failedImages }) => text(failedImages) },
];

/** The rows of a run as its results tell them: one per frame, or one per series. */
export function* exportedRows(store: RunStore, aggregation: Aggregation): Generator<ExportedRow> {
  const { root } = store.plan;
  const makers = store.makers();
  const complete = store.complete;
  const exported = ({ row, file, makerId }: KeptRow, series: SeriesRow | null): ExportedRow => {
    const { patientId: _, ...about } = file;
    return {
      ...row,
      ...about,
      root,
      complete,
      images: series && series.images,
      failedImages: series && series.failedImages,
      made: makers.get(makerId)!,
    };
  };
  if (aggregation === 'image') for (const kept of store.rows()) yield exported(kept, null);
  else {
    for (const rows of store.rowsBySeries()) {
      const series = aggregate(rows, aggregation);
      yield exported(series, series);
    }
  }
}

/**
 * Writes results.csv and results.jsonl into the folder of a run, each whole or not at all; results.partial.* where rows are
 * missing. Those of an earlier state of the run go.
 *
 * @returns names of the files
 * @throws HifuseError `file.write-failed`
 */
export async function exportRows(store: RunStore, options: ExportOptions): Promise<string[]> {
  const { aggregation } = options;
  const complete = store.complete;
  const columns = aggregation === 'image' ? FILE_COLUMNS : [...FILE_COLUMNS, ...SERIES_COLUMNS];
  const classNames = store.plan.model.classes;
  const writers = new Map<ResultsHeader, ReturnType<typeof csvWriter<ExportedRow>>>();
  const writerOf = (header: ResultsHeader) => {
    const writer = writers.get(header) ?? csvWriter<ExportedRow>(header, classNames, columns);
    writers.set(header, writer);
    return writer;
  };
  const [firstMaker] = store.makers().values();
  const formats = [
    {
      name: 'results.csv',
      begin: firstMaker ? writerOf(firstMaker).begin() : '',
      line: (row: ExportedRow) => writerOf(row.made).row(row),
    },
    { name: 'results.jsonl', begin: '', line: jsonLine },
  ];
  const written: string[] = [];
  for (const { name, begin, line } of formats) {
    const [wanted, stale] = complete ? [name, partialName(name)] : [partialName(name), name];
    await writeLines(path.join(store.folder, wanted), begin, exportedRows(store, aggregation), line, options);
    await rm(path.join(store.folder, stale), { force: true });
    written.push(wanted);
  }
  return written;
}

/** JSON Lines: every row stands alone. What does not apply to images alone is left out of their rows. */
function jsonLine({ images, failedImages, ...row }: ExportedRow): string {
  return `${toJson(images === null ? row : { ...row, images, failedImages })}\n`;
}

async function writeLines(
  file: string,
  begin: string,
  rows: Iterable<ExportedRow>,
  line: (row: ExportedRow) => string,
  options: ExportOptions,
): Promise<void> {
  const output = await fileOutput(file, options);
  try {
    let piece = begin;
    for (const row of rows) {
      piece += line(row);
      if (piece.length < PIECE) continue;
      await output.write(piece);
      piece = '';
    }
    await output.write(piece);
    await output.finish();
  } finally {
    await output.discard();
  }
}
