import path from 'node:path';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type { QuantizeRequest } from '../../worker/protocol.ts';
import { EXIT, parse, single, UsageError, type Command, type Context, type ExitStatus } from './command.ts';
import { labelIndices, readLabelled } from './labelled.ts';

const OPTIONS = {
  calibrate: { type: 'string' },
  'held-back': { type: 'string' },
  out: { type: 'string' },
} as const;

/** More add time, and hardly anything else. */
const MOST_CALIBRATION_IMAGES = 256;
const MOST_HELD_BACK_IMAGES = 2000;

/** One image in so many calibrates; the others are held back. */
const CALIBRATION_SHARE = 3;

type Labelled = QuantizeRequest['heldBack'][number];

/** Files of labelled data with the class that each label names. */
async function labelled(data: string, classes: Manifest['classes'], signal: AbortSignal): Promise<Labelled[]> {
  const index = labelIndices(classes);
  const images = await readLabelled(data, signal);
  return images.map(({ path: file, label }) => ({ path: file, label: label === null ? null : (index(label) ?? null) }));
}

/** At most `count` of a list, evenly spread over it. */
function spread<T>(items: readonly T[], count: number): T[] {
  const step = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => items[Math.floor(i * step)]!);
}

function divide(images: readonly Labelled[], heldBack: readonly Labelled[] | null) {
  const calibration = heldBack ? images : images.filter((_, i) => i % CALIBRATION_SHARE === 0);
  const rest = heldBack ?? images.filter((_, i) => i % CALIBRATION_SHARE !== 0);
  return {
    calibration: spread(calibration, MOST_CALIBRATION_IMAGES).map((image) => image.path),
    heldBack: spread(rest, MOST_HELD_BACK_IMAGES),
  };
}

function describe({ quantization }: Manifest, unreadable: number, texts: Texts): string[] {
  const { t } = texts;
  if (!quantization) return [];
  const { activations, float32Layers, heldBackAccuracy: accuracy, heldBackImages: images } = quantization;
  const agreement = texts.percent(quantization.top1Agreement);
  const difference = texts.fixed(quantization.meanAbsoluteProbabilityDifference, 4);
  return [
    t('cli:quantize.layers', { int8: activations.length, float32: float32Layers.length }),
    t('cli:quantize.agreement', { images, agreement, difference }),
    ...(accuracy
      ? [t('cli:quantize.accuracy', { int8: texts.percent(accuracy.int8), float32: texts.percent(accuracy.float32) })]
      : []),
    ...(unreadable > 0 ? [t('cli:unreadable-left-out', { count: unreadable })] : []),
  ];
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const model = single(positionals, ({ t }) => t('cli:usage.model-missing'));
  const { calibrate, out } = values;
  if (calibrate === undefined) throw new UsageError(({ t }) => t('cli:usage.calibration-missing'));
  if (out === undefined) throw new UsageError(({ t }) => t('cli:usage.package-missing'));
  const { services, signal, say } = context;

  const directory = await services.packages.resolve(model);
  if (path.resolve(directory) === path.resolve(out)) throw new UsageError(({ t }) => t('cli:usage.package-is-model'));
  const { classes } = (
    await services.requests.request('model.load', { directory, engine: 'onnx', device: 'cpu' }, { signal })
  ).manifest;
  const apart = values['held-back'] === undefined ? null : await labelled(values['held-back'], classes, signal);
  const request = { directory, out, ...divide(await labelled(calibrate, classes, signal), apart) };
  const { calibration, heldBack } = request;
  say(context.texts.t('cli:quantize.images', { calibration: calibration.length, heldBack: heldBack.length }));
  try {
    const written = await services.requests.request('model.quantize', request, {
      signal,
      onProgress: ({ text }) => {
        (context.status ?? say)(text);
      },
    });
    context.status?.('');
    for (const line of describe(written.manifest, written.unreadable, context.texts)) await context.print(line);
    await context.print(context.texts.t('cli:wrote', { file: written.directory }));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof HifuseError) || error.code !== 'model.quantization-refused') throw error;
    context.status?.('');
    say(context.texts.error(toErrorValue(error)));
    return EXIT.failed;
  }
}

export const quantize: Command = {
  name: 'quantize',
  summary: ({ t }) => t('help:quantize.summary'),
  help: ({ t }) => t('help:quantize'),
  run,
};
