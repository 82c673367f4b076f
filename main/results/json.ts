import { toJson } from '../terminal.ts';
import type { ResultRow, ResultsHeader } from './row.ts';

/**
 * Results as JSON: one object with a `results` array, written piece by piece, one row per line.
 * `complete` is false where the run was interrupted.
 */
export function jsonWriter(header: ResultsHeader) {
  let rows = 0;
  return {
    begin: (): string => `${toJson(header, 2).replace(/\n\}$/, '')},\n  "results": [`,
    row: (row: ResultRow): string => `${rows++ === 0 ? '' : ','}\n    ${toJson(row)}`,
    end: (complete: boolean): string => `${rows === 0 ? '' : '\n  '}],\n  "complete": ${complete}\n}\n`,
  };
}
