import type { ResultRow } from '../results/row.ts';
import type { Context } from './command.ts';

const TERMINAL_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 5000;

/** Failures that are told while they happen; all of them are in the results. */
const TOLD_FAILURES = 10;

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
  /** Milliseconds, monotonic. */
  now?: () => number;
}

function describeTally({ ok, failed, skipped }: Tally): string {
  const parts = [`${ok} classified`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped (no images)`];
  return parts.filter(Boolean).join(', ');
}

/**
 * Tells people how a run goes: its first failures with their reasons, and how far it is, in one line of a terminal that
 * is kept up to date, or else, where asked for, in a line every few seconds.
 */
export function createProgress(context: Context, options: ProgressOptions) {
  const now = options.now ?? performance.now.bind(performance);
  const tally: Tally = { ok: 0, failed: 0, skipped: 0 };
  const started = now();
  let last = started;
  const text = (): string => {
    const seconds = Math.max(0.001, (now() - started) / 1000);
    return `${describeTally(tally)} · ${(tally.ok / seconds).toFixed(1)} images/s`;
  };
  const say = (line: string): void => {
    context.status?.('');
    context.say(line);
  };
  return {
    tally,
    count({ status, file, frame, error }: Pick<ResultRow, 'status' | 'file' | 'frame' | 'error'>): void {
      tally[status]++;
      const name = frame > 0 ? `${file}, frame ${frame}` : file;
      if (status === 'failed' && tally.failed <= TOLD_FAILURES) say(`${name}: ${error?.message ?? ''}`);
      if (status === 'skipped' && options.skipped) say(`skipped ${name}: ${error?.message ?? ''}`);
      const interval = context.status ? TERMINAL_INTERVAL_MS : LINE_INTERVAL_MS;
      if (now() - last < interval || (!context.status && !options.lines)) return;
      last = now();
      if (context.status) context.status(text());
      else context.say(text());
    },
    finish(): void {
      const untold = tally.failed - TOLD_FAILURES;
      if (untold > 0) say(`... and ${untold} more failed; the results give every reason.`);
      say(text());
    },
  };
}
