/** An evaluation as one page for people: no script, nothing from elsewhere. */
import { SUMMARY } from '../../models/evaluation/bootstrap.ts';
import type { Interval } from '../../models/statistics/intervals.ts';
import type { Evaluation, ReportedMetrics } from './evaluation.ts';

const NAMES: Readonly<Record<(typeof SUMMARY)[number], string>> = {
  accuracy: 'Accuracy',
  balancedAccuracy: 'Balanced accuracy',
  macroF1: 'Macro F1',
  logLoss: 'Log loss',
  ece: 'Expected calibration error',
};

const CLASS_COLUMNS = {
  precision: 'Precision',
  recall: 'Recall',
  specificity: 'Specificity',
  f1: 'F1',
  auroc: 'AUROC',
  averagePrecision: 'Average precision',
} as const;

type ClassColumn = keyof typeof CLASS_COLUMNS;

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1f24 }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem }
th, td { border: 1px solid #c8ccd1; padding: 0.25rem 0.6rem; text-align: right; font-variant-numeric: tabular-nums }
th:first-child, td:first-child { text-align: left }
thead th { background: #eef1f4 }
small { color: #57606a }
`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

function withInterval(value: number | null, interval: Interval | null): string {
  if (value === null || interval === null) return figure(value);
  return `${figure(value)} <small>${figure(interval.low)} to ${figure(interval.high)}</small>`;
}

/** Cells are HTML. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => line(cells, 'td')).join('\n');
  return `<table>\n<thead>${line(head, 'th')}</thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

function confusionTable({ confusion, perClass }: ReportedMetrics): string {
  const names = perClass.map(({ name }) => escape(name));
  return table(
    ['truth \\ called', ...names],
    confusion.map((row, i) => [names[i]!, ...row.map(String)]),
  );
}

function classTable({ perClass, intervals }: Evaluation): string {
  const columns = Object.keys(CLASS_COLUMNS) as ClassColumn[];
  return table(
    ['Class', 'n', ...columns.map((column) => CLASS_COLUMNS[column])],
    perClass.map((one, c) => [
      escape(one.name),
      String(one.n),
      ...columns.map((column) => withInterval(one[column], intervals.perClass[c]![column])),
    ]),
  );
}

function groupTable({ column, values }: NonNullable<Evaluation['groups']>): string {
  return table(
    [escape(column), 'n', ...SUMMARY.map((name) => NAMES[name])],
    values.map((group) => [
      escape(group.value) || '(empty)',
      String(group.n),
      ...SUMMARY.map((name) => withInterval(group[name], group.intervals[name])),
    ]),
  );
}

function comparison({ model, metrics, mcnemar, differences }: NonNullable<Evaluation['against']>): string {
  const rows = SUMMARY.map((name) => {
    const { value, interval, p } = differences[name];
    return [NAMES[name], figure(metrics[name]), withInterval(value, interval), p.toFixed(4)];
  });
  return [
    `<h2>Against ${escape(`${model.id} ${model.version}`)}</h2>`,
    table(['', 'the other', 'difference', 'p'], rows),
    `<p>Only the first right: ${mcnemar.onlyFirst}; only the other right: ${mcnemar.onlySecond};
McNemar's exact p = ${mcnemar.p.toFixed(4)} (takes every image for independent).</p>`,
  ].join('\n');
}

export function evaluationHtml(evaluation: Evaluation): string {
  const { model, data, intervals, failed, groups, against } = evaluation;
  const title = escape(`${model.id} ${model.version}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Evaluation of ${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Evaluation of ${title}</h1>
<p>${escape(evaluation.notice)}</p>
<p>${evaluation.n} images${data.part === null ? '' : ` of the part ${escape(data.part)}`}; ${model.engine} on ${model.device}, ${model.precision};
probabilities ${model.calibrated ? 'calibrated' : 'not calibrated'}.${failed.length > 0 ? ` ${failed.length} images failed and count in no figure.` : ''}</p>
${table(
  ['', 'Value and 95 % interval'],
  SUMMARY.map((name) => [NAMES[name], withInterval(evaluation[name], intervals[name])]),
)}
<h2>Classes</h2>
${classTable(evaluation)}
<h2>Confusion</h2>
${confusionTable(evaluation)}
${groups ? `<h2>By ${escape(groups.column)}</h2>\n${groupTable(groups)}` : ''}
${against ? comparison(against) : ''}
<p><small>Intervals: percentile bootstrap, ${intervals.resamples} resamples of ${intervals.groups} patients (images where none are known).
Weights SHA-256 ${model.weightsSha256}; data SHA-256 ${data.sha256}; ${escape(evaluation.software)}.</small></p>
</body>
</html>
`;
}
