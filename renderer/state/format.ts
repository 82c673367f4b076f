/** Numbers in words, as only the window needs them; what reports say too is in models/words.ts. */

export function milliseconds(value: number): string {
  return value < 10
    ? `${value.toFixed(1)} ms`
    : value < 10_000
      ? `${Math.round(value)} ms`
      : `${(value / 1000).toFixed(1)} s`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let amount = value / 1024;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

/** Up to three decimals, no trailing zeros. */
export function number(value: number, decimals = 3): string {
  return String(Number(value.toFixed(decimals)));
}

/** Now, as ISO 8601 in UTC. */
export const timestamp = (): string => new Date().toISOString();
