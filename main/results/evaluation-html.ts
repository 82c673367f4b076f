/** An evaluation as one page for people: no script, nothing from elsewhere. */
import { SUMMARY } from '../../models/evaluation/bootstrap.ts';
import type { Interval } from '../../models/statistics/intervals.ts';
import type { Evaluation, ReportedMetrics } from './evaluation.ts';
import { escapeHtml, htmlPage, htmlTable } from './html.ts';

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

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

function withInterval(value: number | null, interval: Interval | null): string {
  if (value === null || interval === null) return figure(value);
  return `${figure(value)} <small>${figure(interval.low)} to ${figure(interval.high)}</small>`;
}

function confusionTable({ confusion, perClass }: ReportedMetrics): string {
  const names = perClass.map(({ name }) => escapeHtml(name));
  return htmlTable(
    ['truth \\ called', ...names],
    confusion.map((row, i) => [names[i]!, ...row.map(String)]),
  );
}

function classTable({ perClass, intervals }: Evaluation): string {
  const columns = Object.keys(CLASS_COLUMNS) as ClassColumn[];
  return htmlTable(
    ['Class', 'n', ...columns.map((column) => CLASS_COLUMNS[column])],
    perClass.map((one, c) => [
      escapeHtml(one.name),
      String(one.n),
      ...columns.map((column) => withInterval(one[column], intervals.perClass[c]![column])),
    ]),
  );
}

function groupTable({ column, values }: NonNullable<Evaluation['groups']>): string {
  return htmlTable(
    [escapeHtml(column), 'n', ...SUMMARY.map((name) => NAMES[name])],
    values.map((group) => [
      escapeHtml(group.value) || '(empty)',
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
    `<h2>Against ${escapeHtml(`${model.id} ${model.version}`)}</h2>`,
    htmlTable(['', 'the other', 'difference', 'p'], rows),
    `<p>Only the first right: ${mcnemar.onlyFirst}; only the other right: ${mcnemar.onlySecond};
McNemar's exact p = ${mcnemar.p.toFixed(4)} (takes every image for independent).</p>`,
  ].join('\n');
}

/** A page of its own. */
export function evaluationHtml(evaluation: Evaluation): string {
  const title = `Evaluation of ${evaluation.model.id} ${evaluation.model.version}`;
  const head = `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(evaluation.notice)}</p>`;
  return htmlPage(title, `${head}\n${evaluationBody(evaluation)}`);
}

/** The figures, as HTML to be put into a page. */
export function evaluationBody(evaluation: Evaluation): string {
  const { model, data, intervals, failed, groups, against } = evaluation;
  return `\
<p>${evaluation.n} images${data.part === null ? '' : ` of the part ${escapeHtml(data.part)}`}; ${model.engine} on ${model.device}, ${model.precision};
probabilities ${model.calibrated ? 'calibrated' : 'not calibrated'}.${failed.length > 0 ? ` ${failed.length} images failed and count in no figure.` : ''}</p>
${htmlTable(
  ['', 'Value and 95 % interval'],
  SUMMARY.map((name) => [NAMES[name], withInterval(evaluation[name], intervals[name])]),
)}
<h2>Classes</h2>
${classTable(evaluation)}
<h2>Confusion</h2>
${confusionTable(evaluation)}
${groups ? `<h2>By ${escapeHtml(groups.column)}</h2>\n${groupTable(groups)}` : ''}
${against ? comparison(against) : ''}
<p><small>Intervals: percentile bootstrap, ${intervals.resamples} resamples of ${intervals.groups} patients (images where none are known).
Weights SHA-256 ${model.weightsSha256}; data SHA-256 ${data.sha256}; ${escapeHtml(evaluation.software)}.</small></p>`;
}
