import { csvLine as line, pathField, textField } from './csv-fields.ts';
import type { ResultRow, ResultsHeader } from './row.ts';

/** Six decimals: more than float32 arithmetic on different devices agrees on. */
const probability = (value: number): string => value.toFixed(6);

/** A column that a kind of row has beside those of all results. */
export interface ExtraColumn<R extends ResultRow> {
  name: string;
  /** Text as it is; it is made harmless here. */
  value(row: R): string;
}

/**
 * Results as CSV: `file,frame,status,top1,p:<name>...,error_code,error_message`, the verdict, the reasons for it and the
 * prediction set, the warnings (codes apart by spaces, and their sentences), whether an answer outside of what the model is
 * meant for was asked for all the same, then what made them, in every row, so
 * that each row stands alone and no comment line stops a parser or Excel. UTF-8 without a byte order mark.
 *
 * @param classNames in the model's order
 * @param more columns that follow all others
 */
export function csvWriter<R extends ResultRow = ResultRow>(
  header: ResultsHeader,
  classNames: readonly string[],
  more: readonly ExtraColumn<R>[] = [],
) {
  const provenance: [name: string, value: string][] = [
    ['model', `${header.model.id} ${header.model.version}`],
    ['weights_sha256', header.model.weightsSha256],
    ['device', `${header.engine} ${header.device} ${header.precision}`],
    ['calibrated', String(header.calibrated)],
    ['software', header.software],
    ['notice', header.notice],
  ];
  const names = [
    'file',
    'frame',
    'status',
    'top1',
    ...classNames.map((name) => `p:${name}`),
    'error_code',
    'error_message',
    'verdict',
    'verdict_reasons',
    'set',
    'warnings',
    'warning_messages',
    'shown_anyway',
    ...provenance.map(([name]) => name),
    ...more.map(({ name }) => name),
  ];
  return {
    begin: (): string => line(names),
    row: (row: R): string =>
      line([
        pathField(row.file),
        String(row.frame),
        row.status,
        textField(row.top1 ?? ''),
        ...classNames.map((_, i) => (row.classes[i] ? probability(row.classes[i].probability) : '')),
        row.error?.code ?? '',
        textField(row.error?.message ?? ''),
        row.verdict?.state ?? '',
        row.verdict?.reasons.map(({ code }) => code).join(' ') ?? '',
        textField(row.set?.join('; ') ?? ''),
        row.warnings.map(({ code }) => code).join(' '),
        textField(row.warnings.map(({ message }) => message).join(' ')),
        row.shownAnyway ? 'true' : '',
        ...provenance.map(([, value]) => textField(value)),
        ...more.map(({ value }) => textField(value(row))),
      ]),
    end: (): string => '',
  };
}
