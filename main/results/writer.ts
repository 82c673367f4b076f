import path from 'node:path';
import { csvWriter } from './csv.ts';
import { jsonWriter } from './json.ts';
import type { ResultRow, ResultsHeader } from './row.ts';

/** Turns rows into text piece by piece; what it holds does not grow with their number. */
export interface ResultsWriter {
  begin(): string;
  row(row: ResultRow): string;
  end(complete: boolean): string;
}

export interface ResultsFormatInfo {
  mime: string;
  /** Its text tells where rows are missing; where it cannot, the file's name has to (`partialName`). */
  tellsIncomplete: boolean;
  open(header: ResultsHeader, classNames: readonly string[]): ResultsWriter;
}

export type ResultsFormat = 'csv' | 'json';

export const RESULTS_FORMATS: Record<ResultsFormat, ResultsFormatInfo> = {
  csv: {
    mime: 'text/csv;charset=utf-8',
    tellsIncomplete: false,
    open: (header, classNames) => csvWriter(header, classNames),
  },
  json: { mime: 'application/json', tellsIncomplete: true, open: jsonWriter },
};

/** Name of a file that lacks rows: 'results.csv' -> 'results.partial.csv'. */
export function partialName(file: string): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.partial${ext}`);
}
