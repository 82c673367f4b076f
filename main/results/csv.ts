import type { ResultRow, ResultsHeader } from './row.ts';

/**
 * What a field is quoted for: quotes and line breaks (RFC 4180), every character that a spreadsheet may take for the
 * separator (semicolons where the comma is for decimals, tabs, bars), and spaces at an end, which some leave out.
 */
const SPECIAL = /[\p{Cc}",;|\u2028\u2029]|^ | $/u;

/** RFC 4180: quotes within a quoted field are doubled. */
const field = (value: string): string => (SPECIAL.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

const line = (fields: readonly string[]): string => `${fields.map(field).join(',')}\r\n`;

/** Spreadsheets run what starts like this as a formula, also after a quote; some take wide forms for the same. */
const FORMULA = /^[=+\-@\p{Cc}＝＋－＠]/u;

/** A path that a spreadsheet takes for text and every program for the same file: './=1+1.png' instead of '=1+1.png'. */
const pathField = (file: string): string => (FORMULA.test(file) ? `./${file}` : file);

const textField = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Six decimals: more than float32 arithmetic on different devices agrees on. */
const probability = (value: number): string => value.toFixed(6);

/**
 * Results as CSV: `file,frame,status,top1,p:<name>...,error_code,error_message`, the verdict, the reasons for it and the
 * prediction set, the warnings (codes apart by spaces, and their sentences), whether an answer outside of what the model is
 * meant for was asked for all the same, then what made them, in every row, so
 * that each row stands alone and no comment line stops a parser or Excel. UTF-8 without a byte order mark.
 *
 * @param classNames in the model's order
 */
export function csvWriter(header: ResultsHeader, classNames: readonly string[]) {
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
  ];
  return {
    begin: (): string => line(names),
    row: (row: ResultRow): string =>
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
      ]),
    end: (): string => '',
  };
}
