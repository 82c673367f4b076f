/** Plots as SVG, made of numbers alone: no script, no style from elsewhere. Texts are escaped here. */
import { escapeHtml } from './html.ts';

const INK = '#1b1f24';
const BAR = '#3a6ea5';
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

/** Bars beside each other, as of a histogram; each has its label below it and its value above. */
export function barPlot(title: string, bars: readonly { label: string; value: number }[]): string {
  const [width, height, margin] = [640, 220, 28];
  const largest = Math.max(1, ...bars.map(({ value }) => value));
  const step = (width - 2 * margin) / Math.max(1, bars.length);
  const parts = bars.map(({ label, value }, i) => {
    const tall = ((height - 3 * margin) * value) / largest;
    const [left, top] = [margin + i * step, height - margin - tall];
    const middle = left + step / 2;
    return (
      `<rect x="${left + 1}" y="${top.toFixed(1)}" width="${(step - 2).toFixed(1)}" height="${tall.toFixed(1)}" fill="${BAR}"/>` +
      `<text x="${middle.toFixed(1)}" y="${(top - 4).toFixed(1)}" text-anchor="middle" font-size="10">${value || ''}</text>` +
      `<text x="${middle.toFixed(1)}" y="${height - 10}" text-anchor="middle">${escapeHtml(label)}</text>`
    );
  });
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}" ${FONT} fill="${INK}">` +
    `<title>${escapeHtml(title)}</title><text x="${margin}" y="16" font-weight="600">${escapeHtml(title)}</text>` +
    `<path d="M${margin} ${height - margin}H${width - margin}" stroke="${INK}"/>${parts.join('')}</svg>`
  );
}
