import type { Language } from './languages.ts';

/** Numbers, dates and sizes in the notation of a language: the one place that writes them. */
export interface Formats {
  /** A number, with at most so many decimals. */
  number(value: number, decimals?: number): string;
  /** A number with exactly so many decimals, for columns. */
  fixed(value: number, decimals: number): string;
  /** 0.9731 -> '97.3 %'. Never says 100 % or 0 % of what is not exactly that. */
  percent(share: number): string;
  /** DICOM date (DA) 'YYYYMMDD'; anything else as it is. */
  date(text: string): string;
  /** DICOM time (TM) 'HHMMSS.FFFFFF' -> 'HH:MM'; anything else as it is. */
  time(text: string): string;
  /** A duration: '4.2 ms', '312 ms', '12.5 s'. */
  milliseconds(value: number): string;
  /** A size: '12 KB', '1.4 MB'. */
  bytes(value: number): string;
  /** 'CR or DX', 'AP, PA or LL'. */
  either(items: readonly string[]): string;
}

const UNITS = ['KB', 'MB', 'GB', 'TB'] as const;

/** The notation of a language. */
export function createFormats(language: Language): Formats {
  const kept = new Map<string, Intl.NumberFormat>();
  const format = (value: number, minimum: number, maximum: number): string => {
    const key = `${minimum} ${maximum}`;
    const formatter =
      kept.get(key) ??
      new Intl.NumberFormat(language, {
        minimumFractionDigits: minimum,
        maximumFractionDigits: maximum,
        // '1024', but '20,000'.
        useGrouping: 'min2',
      });
    kept.set(key, formatter);
    return formatter.format(value);
  };
  const fixed: Formats['fixed'] = (value, decimals) => format(value, decimals, decimals);
  const either = new Intl.ListFormat(language, { type: 'disjunction' });
  return {
    number: (value, decimals = 3) => format(value, 0, decimals),
    fixed,
    percent: (share) => {
      const value = share * 100;
      if (value < 100 && value > 99.9) return `> ${fixed(99.9, 1)} %`;
      if (value > 0 && value < 0.1) return `< ${fixed(0.1, 1)} %`;
      return `${fixed(value, 1)} %`;
    },
    date: (text) => calendarDate(text, language),
    time: (text) => (/^\d{4}(\d{2}(\.\d+)?)?$/.test(text) ? `${text.slice(0, 2)}:${text.slice(2, 4)}` : text),
    milliseconds: (value) =>
      value < 10
        ? `${fixed(value, 1)} ms`
        : value < 10_000
          ? `${format(value, 0, 0)} ms`
          : `${fixed(value / 1000, 1)} s`,
    bytes: (value) => {
      if (value < 1024) return `${format(value, 0, 0)} B`;
      const unit = Math.min(Math.floor(Math.log2(value) / 10), UNITS.length);
      const amount = value / 1024 ** unit;
      return `${fixed(amount, amount < 10 ? 1 : 0)} ${UNITS[unit - 1]}`;
    },
    either: (items) => either.format(items),
  };
}

/** English has no order of day and month that all its readers share: there it is ISO 8601, 'YYYY-MM-DD'. */
function calendarDate(text: string, language: Language): string {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return text;
  const iso = `${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  // A date that no calendar has stays as it is written.
  if (language.startsWith('en') || Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(date);
}
