import path from 'node:path';
import { fileOutput } from '../cli/output.ts';
import type { Texts } from '../../models/texts/texts.ts';
import { escapeHtml, htmlPage, htmlTable } from '../results/html.ts';
import { barPlot } from '../results/plots.ts';
import { exportedRows, type ExportedRow } from './export.ts';
import type { Aggregation, FrameChoice } from './plan.ts';
import type { RunStore } from './store.ts';

export interface SummaryOptions {
  aggregation: Aggregation;
  /** A picture of a frame as PNG; null where there is none. */
  thumbnail(file: string, frame: number): Promise<Uint8Array | null>;
  /** HTML of what the labels say of the model; null without labels. */
  measured: string | null;
  /** Shards of a merged run that are not there: 'K/N'. */
  missing?: readonly string[];
  say(line: string): void;
  texts: Texts;
  now?: () => Date;
}

const FAILURES = 200;
const PICTURES = 24;
const BINS = 20;

/** What one pass over the rows finds; bounded, however many there are. */
interface Findings {
  rows: number;
  status: Record<ExportedRow['status'], number>;
  verdicts: Map<string, number>;
  classes: Map<string, { count: number; sum: number }>;
  bins: number[];
  codes: Map<string, number>;
  failures: ExportedRow[];
  duplicates: number;
  leastSure: { confidence: number; row: ExportedRow }[];
}

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

function find(rows: Iterable<ExportedRow>, classNames: readonly string[]): Findings {
  const found: Findings = {
    rows: 0,
    status: { ok: 0, failed: 0, skipped: 0 },
    verdicts: new Map(),
    classes: new Map(classNames.map((name) => [name, { count: 0, sum: 0 }])),
    bins: new Array<number>(BINS).fill(0),
    codes: new Map(),
    failures: [],
    duplicates: 0,
    leastSure: [],
  };
  for (const row of rows) {
    found.rows++;
    found.status[row.status]++;
    if (row.duplicateOf !== null) found.duplicates++;
    if (row.error) increment(found.codes, row.error.code);
    if (row.status === 'failed' && found.failures.length < FAILURES) found.failures.push(row);
    if (row.status !== 'ok') continue;
    increment(found.verdicts, row.verdict!.state);
    for (const { name, probability } of row.classes) found.classes.get(name)!.sum += probability;
    found.classes.get(row.top1!)!.count++;
    const confidence = Math.max(...row.classes.map(({ probability }) => probability));
    found.bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!++;
    keepLeastSure(found.leastSure, { confidence, row });
  }
  return found;
}

/** Keeps the list sorted and short. */
function keepLeastSure(list: Findings['leastSure'], one: Findings['leastSure'][number]): void {
  if (list.length === PICTURES && one.confidence >= list.at(-1)!.confidence) return;
  const at = list.findIndex(({ confidence }) => confidence > one.confidence);
  list.splice(at === -1 ? list.length : at, 0, one);
  list.length = Math.min(list.length, PICTURES);
}

const frameText = (frames: FrameChoice): string => (frames.kind === 'every' ? `every:${frames.n}` : frames.kind);

const STYLE = `
.incomplete { background: #fff3cd; border: 2px solid #b58900; padding: 0.5rem 1rem; font-weight: 600 }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 0.75rem }
.sheet figure { margin: 0 } .sheet img { max-width: 100%; height: 8rem; object-fit: contain; background: #000 }
.sheet figcaption { font-size: 12px; overflow-wrap: anywhere }
td.file, .file { overflow-wrap: anywhere; text-align: left }
`;

/** Writes summary.html into the folder of a run: one page that stands alone. @throws HifuseError `file.write-failed` */
export async function writeSummary(store: RunStore, options: SummaryOptions): Promise<string> {
  const name = 'summary.html';
  const output = await fileOutput(path.join(store.folder, name), options);
  try {
    await output.write(await summaryHtml(store, options));
    await output.finish();
  } finally {
    await output.discard();
  }
  return name;
}

async function summaryHtml(store: RunStore, options: SummaryOptions): Promise<string> {
  const { t, number } = options.texts;
  const { plan } = store;
  const found = find(exportedRows(store, options.aggregation), plan.model.classes);
  const { files, filesDone } = store.counts();
  const makers = [...store.makers().values()];
  const complete = store.complete;
  const percent = (count: number, of: number): string => (of > 0 ? `${number((count * 100) / of, 1)} %` : '–');
  const counted = (head: string, rows: readonly (readonly [label: string, count: number])[], of: number): string =>
    htmlTable(
      [head, t('batch:summary.count'), t('batch:summary.share')],
      rows.map(([label, count]) => [escapeHtml(label), number(count), percent(count, of)]),
    );
  const { ok } = found.status;
  const title = t('batch:summary.title', { root: plan.root });
  const state = complete
    ? t('batch:summary.complete', { files })
    : t('batch:summary.incomplete', { done: filesDone, files });

  const devices = new Set(makers.map(({ engine, device, precision }) => `${engine} ${device} ${precision}`));
  const calibrated = makers.at(-1)?.calibrated ?? false;
  const about: [label: string, value: string][] = [
    [t('batch:summary.model'), `${plan.model.id} ${plan.model.version}`],
    [t('batch:summary.weights'), plan.model.weightsSha256],
    [t('batch:summary.device'), [...devices].join('; ')],
    [t('batch:summary.calibrated'), t(`batch:summary.calibrated.${calibrated ? 'yes' : 'no'}`)],
    [t('batch:summary.root'), plan.root],
    [t('batch:summary.frames'), frameText(plan.frames)],
    [t('batch:summary.rows'), t(`batch:summary.rows.${options.aggregation}`)],
    [t('batch:summary.software'), makers.at(-1)?.software ?? ''],
    [t('batch:summary.finished'), (options.now?.() ?? new Date()).toISOString()],
  ];

  const parts = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(makers.at(-1)?.notice ?? '')}</p>`,
    `<p${complete ? '' : ' class="incomplete"'}>${escapeHtml(state)}</p>`,
    ...(plan.shard ? [`<p>${escapeHtml(t('batch:summary.shard', { ...plan.shard }))}</p>`] : []),
    ...(options.missing?.length
      ? [`<p class="incomplete">${escapeHtml(t('batch:summary.missing', { shards: options.missing.join(', ') }))}</p>`]
      : []),
    htmlTable(
      ['', ''],
      about.map(([label, value]) => [escapeHtml(label), `<span class="file">${escapeHtml(value)}</span>`]),
    ),
    counted(
      t('batch:summary.status'),
      [
        ...(['ok', 'failed', 'skipped'] as const).map(
          (one) => [t(`batch:summary.status.${one}`), found.status[one]] as const,
        ),
        [t('batch:summary.duplicates'), found.duplicates] as const,
      ],
      found.rows,
    ),
    `<h2>${escapeHtml(t('batch:summary.verdicts'))}</h2>`,
    counted(
      '',
      (['inside', 'unverified', 'outside'] as const).map(
        (one) => [t(`batch:summary.verdict.${one}`), found.verdicts.get(one) ?? 0] as const,
      ),
      ok,
    ),
    `<h2>${escapeHtml(t('batch:summary.classes'))}</h2>`,
    htmlTable(
      [
        t('batch:summary.class'),
        t('batch:summary.count'),
        t('batch:summary.share'),
        t('batch:summary.mean-probability'),
      ],
      [...found.classes].map(([name, { count, sum }]) => [
        escapeHtml(name),
        number(count),
        percent(count, ok),
        ok > 0 ? number(sum / ok, 3) : '–',
      ]),
    ),
    barPlot(
      t('batch:summary.confidence'),
      found.bins.map((value, i) => ({ label: i % 4 === 0 ? (i / BINS).toFixed(1) : '', value })),
    ),
    ...(options.measured === null ? [] : [`<h2>${escapeHtml(t('batch:summary.labels'))}</h2>`, options.measured]),
    await contactSheet(found, options),
    ...failures(found, options.texts),
  ];
  return htmlPage(title, parts.join('\n'), STYLE);
}

async function contactSheet(
  { leastSure }: Findings,
  { texts: { t, number }, thumbnail }: SummaryOptions,
): Promise<string> {
  const figures: string[] = [];
  for (const { confidence, row } of leastSure) {
    const png = await thumbnail(row.file, row.frame);
    const image = png
      ? `<img alt="" src="data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString('base64')}">`
      : '';
    const says = t('batch:summary.picture', { class: row.top1!, probability: number(confidence, 3) });
    const file = row.frame > 0 ? t('cli:frame', { file: row.file, frame: row.frame }) : row.file;
    figures.push(`<figure>${image}<figcaption>${escapeHtml(says)}<br>${escapeHtml(file)}</figcaption></figure>`);
  }
  if (figures.length === 0) return '';
  return `<h2>${escapeHtml(t('batch:summary.sheet'))}</h2>\n<div class="sheet">${figures.join('\n')}</div>`;
}

function failures({ codes, failures: listed, status }: Findings, { t, number }: Texts): string[] {
  if (codes.size === 0) return [];
  return [
    `<h2>${escapeHtml(t('batch:summary.failures'))}</h2>`,
    htmlTable(
      [t('batch:summary.code'), t('batch:summary.count')],
      [...codes].sort(([, a], [, b]) => b - a).map(([code, count]) => [escapeHtml(code), number(count)]),
    ),
    ...(status.failed > listed.length
      ? [`<p>${escapeHtml(t('batch:summary.failures.more', { count: listed.length }))}</p>`]
      : []),
    htmlTable(
      [t('batch:summary.file'), t('batch:summary.reason')],
      listed.map(({ file, error }) => [
        `<span class="file">${escapeHtml(file)}</span>`,
        `<span class="file">${escapeHtml(error!.message)}</span>`,
      ]),
    ),
  ];
}
