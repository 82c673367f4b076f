import type { ResultRow } from '../results/row.ts';
import type { Context } from './command.ts';

const TERMINAL_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 5000;

/** Failures, and warnings, that are told while they happen; all of them are in the results. */
const TOLD = 10;

export interface Tally {
  ok: number;
  failed: number;
  skipped: number;
}

export interface ProgressOptions {
  /** A line every few seconds where stderr is no terminal. */
  lines: boolean;
  /** Name every file that is skipped. */
  skipped: boolean;
  /** What else there is to tell of how far it is. */
  ahead?: () => string;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

/** What is told of a row. */
export type ToldRow = Pick<ResultRow, 'status' | 'file' | 'frame' | 'error'> & Partial<Pick<ResultRow, 'warnings'>>;

/**
 * Tells people how a run goes: its first failures and warnings, and how far it is, in one line of a terminal that is kept
 * up to date, or else, where asked for, in a line every few seconds.
 */
export function createProgress(context: Context, options: ProgressOptions) {
  const { t } = context.texts;
  const now = options.now ?? performance.now.bind(performance);
  const tally: Tally = { ok: 0, failed: 0, skipped: 0 };
  let warned = 0;
  const started = now();
  let last = started;

  const text = (): string => {
    const seconds = Math.max(0.001, (now() - started) / 1000);
    const parts = [
      t('cli:tally.ok', { count: tally.ok }),
      ...(warned > 0 ? [t('cli:tally.warned', { count: warned })] : []),
      ...(tally.failed > 0 ? [t('cli:tally.failed', { count: tally.failed })] : []),
      ...(tally.skipped > 0 ? [t('cli:tally.skipped', { count: tally.skipped })] : []),
    ];
    if (options.ahead) return [parts.join(', '), options.ahead()].join(' · ');
    return t('cli:progress', { tally: parts.join(', '), speed: (tally.ok / seconds).toFixed(1) });
  };
  const say = (line: string): void => {
    context.status?.('');
    context.say(line);
  };
  const tell = ({ status, file: path, frame, error, warnings = [] }: ToldRow): void => {
    const file = frame > 0 ? t('cli:frame', { file: path, frame }) : path;
    const problem = error?.message ?? '';
    if (status === 'failed' && tally.failed <= TOLD) say(t('cli:failure', { file, problem }));
    if (status === 'skipped' && options.skipped) say(t('cli:skipped', { file, problem }));
    if (warnings.length === 0 || ++warned > TOLD) return;
    for (const { message } of warnings) say(t('cli:warning', { file, warning: message }));
  };

  return {
    tally,
    count(row: ToldRow): void {
      tally[row.status]++;
      tell(row);
      const interval = context.status ? TERMINAL_INTERVAL_MS : LINE_INTERVAL_MS;
      if (now() - last < interval || (!context.status && !options.lines)) return;
      last = now();
      if (context.status) context.status(text());
      else context.say(text());
    },
    finish(): void {
      if (tally.failed > TOLD) say(t('cli:more-failed', { count: tally.failed - TOLD }));
      if (warned > TOLD) say(t('cli:more-warnings', { count: warned - TOLD }));
      say(text());
    },
  };
}
