import type { EpochRecord } from './request.ts';

const WIDTH = 360;
const HEIGHT = 220;
const MARGIN = { left: 44, right: 12, top: 28, bottom: 30 };

interface Series {
  name: string;
  colour: string;
  values: readonly number[];
}

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** One diagram over the epochs, as an SVG group moved to `x`. */
function diagram(x: number, title: string, epochs: readonly number[], series: readonly Series[]): string {
  const all = series.flatMap(({ values }) => values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = high - low || 1;
  const last = Math.max(2, epochs.at(-1) ?? 2);
  const px = (epoch: number) => MARGIN.left + ((epoch - 1) / (last - 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const py = (value: number) => HEIGHT - MARGIN.bottom - ((value - low) / span) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const lines = series.map(({ colour, values }) => {
    const points = values.map((value, i) => `${px(epochs[i]!).toFixed(1)},${py(value).toFixed(1)}`).join(' ');
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points}"/>`;
  });
  const labels = series.map(
    ({ name, colour }, i) => `<text x="${MARGIN.left + 8 + 90 * i}" y="24" fill="${colour}">${name}</text>`,
  );
  return [
    `<g transform="translate(${x} 0)">`,
    `<text x="${MARGIN.left}" y="11" font-weight="bold">${title}</text>`,
    `<rect x="${MARGIN.left}" y="${MARGIN.top}" width="${WIDTH - MARGIN.left - MARGIN.right}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}" fill="none" stroke="#999"/>`,
    `<text x="${MARGIN.left - 4}" y="${MARGIN.top + 8}" text-anchor="end">${number(high)}</text>`,
    `<text x="${MARGIN.left - 4}" y="${HEIGHT - MARGIN.bottom}" text-anchor="end">${number(low)}</text>`,
    `<text x="${MARGIN.left}" y="${HEIGHT - 14}">epoch 1</text>`,
    `<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 14}" text-anchor="end">${last}</text>`,
    ...labels,
    ...lines,
    '</g>',
  ].join('\n');
}

/** Loss, accuracy and learning rate over the epochs. */
export function curvesSvg(history: readonly EpochRecord[]): string {
  const epochs = history.map(({ epoch }) => epoch);
  const series = (name: string, colour: string, key: keyof EpochRecord): Series => ({
    name,
    colour,
    values: history.map((record) => record[key]),
  });
  const diagrams = [
    diagram(0, 'Loss', epochs, [
      series('training', '#0969da', 'trainLoss'),
      series('validation', '#cf222e', 'valLoss'),
    ]),
    diagram(WIDTH, 'Accuracy', epochs, [
      series('training', '#0969da', 'trainAccuracy'),
      series('validation', '#cf222e', 'valAccuracy'),
      series('balanced', '#8250df', 'valBalancedAccuracy'),
    ]),
    diagram(2 * WIDTH, 'Learning rate', epochs, [series('', '#0969da', 'learningRate')]),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${3 * WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="10">
<rect width="100%" height="100%" fill="#fff"/>
${diagrams.join('\n')}
</svg>
`;
}
