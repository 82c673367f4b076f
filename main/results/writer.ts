import { csvWriter } from './csv.ts';
import { jsonWriter } from './json.ts';
import type { ResultRow, ResultsHeader } from './row.ts';

/** Turns rows into text piece by piece; what it holds does not grow with their number. */
export interface ResultsWriter {
  begin(): string;
  row(row: ResultRow): string;
  end(complete: boolean): string;
}

export type ResultsFormat = 'csv' | 'json';

export const RESULTS_FORMATS: Record<
  ResultsFormat,
  { mime: string; open: (header: ResultsHeader, classNames: readonly string[]) => ResultsWriter }
> = {
  csv: { mime: 'text/csv;charset=utf-8', open: csvWriter },
  json: { mime: 'application/json', open: jsonWriter },
};
