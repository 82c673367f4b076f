import type { Context } from './command.ts';

const TERMINAL_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 5000;

export interface Tally {
  ok: number;
  failed: number;
  skipped: number;
}

function describeTally({ ok, failed, skipped }: Tally): string {
  const parts = [`${ok} classified`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped (no images)`];
  return parts.filter(Boolean).join(', ');
}

/**
 * Says how a run goes: in one line of a terminal that is kept up to date, or, where stderr is no terminal and `--progress`
 * was given, in a line every few seconds.
 */
export function createProgress(
  context: Context,
  lines: boolean,
  now: () => number = performance.now.bind(performance),
) {
  const tally: Tally = { ok: 0, failed: 0, skipped: 0 };
  const started = now();
  let last = started;
  const text = (): string => {
    const seconds = Math.max(0.001, (now() - started) / 1000);
    return `${describeTally(tally)} · ${(tally.ok / seconds).toFixed(1)} images/s`;
  };
  return {
    tally,
    count(status: keyof Tally): void {
      tally[status]++;
      const interval = context.status ? TERMINAL_INTERVAL_MS : LINE_INTERVAL_MS;
      if (now() - last < interval || (!context.status && !lines)) return;
      last = now();
      if (context.status) context.status(text());
      else context.say(text());
    },
    finish(): void {
      context.status?.('');
      context.say(text());
    },
  };
}
