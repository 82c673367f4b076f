/** What a model's doubt was measured to be, as a section of its card. */
import type { DoubtMeasurement, OutsideFigures } from '../doubt/measurement.ts';
import type { Interval } from '../statistics/intervals.ts';

export const MEASURED_TITLE = 'Doubt, measured';

/** What the measurement was made with. */
export interface MeasuredWith {
  /** The labelled images, in words. */
  data: string;
  /** When, as YYYY-MM-DD. */
  date: string;
  software: string;
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const figure = (value: number): string => value.toFixed(3);
const range = ({ low, high }: Interval, say: (value: number) => string): string => `${say(low)} to ${say(high)}`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `| ${head.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

function calibrated({ calibration, coverage }: DoubtMeasurement): string[] {
  if (!calibration) return ['The probabilities are not calibrated.'];
  const { error, perfect, errorBefore, logLoss, logLossBefore } = calibration;
  const rows = [
    ['expected calibration error (15 bins)', figure(error), `a perfect model shows ${range(perfect, figure)}`],
    ['the same before calibration', figure(errorBefore), ''],
    ['negative log-likelihood', figure(logLoss), `before calibration ${figure(logLossBefore)}`],
    ...coverage.flatMap(({ stated, shown, expected, meanSetSize }) => [
      [
        `prediction sets at ${percent(stated)} hold the label`,
        percent(shown),
        `95 % of draws: ${range(expected, percent)}`,
      ],
      [`classes in a set at ${percent(stated)}`, meanSetSize.toFixed(2), ''],
    ]),
  ];
  return [table(['probabilities', 'measured', 'to compare'], rows)];
}

const outside = ({ images, outside: count, interval }: OutsideFigures): string[] => [
  String(images),
  percent(count / Math.max(1, images)),
  range(interval, percent),
];

function doubted({ usual, inside, accuracy, near, far, farAuroc, cost }: DoubtMeasurement): string[] {
  const all = far.reduce((sum, { images }) => sum + images, 0);
  const caught = far.reduce((sum, one) => sum + one.outside, 0);
  return [
    `Of ${usual.images} images as they are, ${percent(usual.outside / Math.max(1, usual.images))} are outside (95 %: ${range(usual.interval, percent)}); were their files to state all that the model is meant for, ${percent(inside.inside / Math.max(1, inside.images))} would be inside. A verdict takes ${percent(cost)} of the network's time.`,
    table(
      ['made of these images', 'images', 'outside', '95 %', 'right where not outside'],
      near.map((one) => [
        one.required ? `**${one.name}**` : one.name,
        ...outside(one),
        one.accuracy === null ? '' : percent(one.accuracy),
      ]),
    ),
    `In bold: any answer would be wrong. Unchanged, ${percent(accuracy)} of the answers are right.`,
    ...(all > 0
      ? [
          `Pictures of other things, judged by their pixels alone, whatever their files state: ${percent(caught / all)} of ${all} are outside${farAuroc === null ? '' : `; AUROC of the score against the images above ${farAuroc.toFixed(4)}`}.`,
          table(
            ['other pictures', 'images', 'outside', '95 %'],
            far.map((one) => [one.name, ...outside(one)]),
          ),
        ]
      : []),
  ];
}

/** The section, with its title. */
export function measuredSection(measurement: DoubtMeasurement, { data, date, software }: MeasuredWith): string {
  return [
    `## ${MEASURED_TITLE}`,
    `Measured on ${data} (${date}, ${software}).`,
    ...calibrated(measurement),
    ...doubted(measurement),
  ].join('\n\n');
}

/** A card with a section in place of the one of that title, or before the last section where it had none. */
export function withSection(card: string, title: string, section: string): string {
  const parts = card.trimEnd().split(/\n(?=## )/);
  const at = parts.findIndex((part) => part.startsWith(`## ${title}\n`));
  if (at >= 0) parts[at] = `${section}\n`;
  else parts.splice(Math.max(1, parts.length - 1), 0, `${section}\n`);
  return `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;
}
