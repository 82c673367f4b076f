import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import type { QuantizeRequest } from '../../worker/protocol.ts';
import { EXIT, parse, single, UsageError, type Command, type Context, type ExitStatus } from './command.ts';
import { labelIndices, readLabelled } from './labelled.ts';

const help = `\
Usage: hifuse quantize MODEL --calibrate DIR --out DIR [options]

Makes an int8 package of a model, which runs faster. Ranges are found on a part of the images of --calibrate; the
rest is held back to measure with. Refused unless on those at least 99 % of the most probable classes stay the same and
the probabilities change by at most 0.02 on average. Layers that cost accuracy stay in float32. What was measured is
written into the manifest.

  --calibrate DIR   images like those that it is for; in a folder per class, accuracy is measured, too
  --held-back DIR   measure with these images instead, and calibrate with all the others
  --out DIR         the new package; the last part becomes its id

Exit status: 0 done; 1 refused, and why; 2 something was missing.`;

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

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function describe({ quantization }: Manifest, unreadable: number): string[] {
  if (!quantization) return [];
  const { activations, float32Layers, heldBackAccuracy: accuracy } = quantization;
  return [
    `${activations.length} layers in int8, ${float32Layers.length} in float32.`,
    `On ${quantization.heldBackImages} images held back: the same most probable class in ` +
      `${percent(quantization.top1Agreement)}, probabilities changed by ` +
      `${quantization.meanAbsoluteProbabilityDifference.toFixed(4)} on average.`,
    ...(accuracy ? [`Accuracy: ${percent(accuracy.int8)} in int8, ${percent(accuracy.float32)} in float32.`] : []),
    ...(unreadable > 0 ? [`${unreadable} files are no images or damaged and were left out.`] : []),
  ];
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const model = single(positionals, 'the model');
  const { calibrate, out } = values;
  if (calibrate === undefined) throw new UsageError('Name a folder of images with --calibrate.');
  if (out === undefined) throw new UsageError('Say with --out which folder the package goes to.');
  const { services, signal, say } = context;

  const directory = await services.packages.resolve(model);
  if (path.resolve(directory) === path.resolve(out)) throw new UsageError('--out is the model itself. Choose another.');
  const { classes } = (
    await services.requests.request('model.load', { directory, engine: 'onnx', device: 'cpu' }, { signal })
  ).manifest;
  const apart = values['held-back'] === undefined ? null : await labelled(values['held-back'], classes, signal);
  const request = { directory, out, ...divide(await labelled(calibrate, classes, signal), apart) };
  say(`Calibrating with ${request.calibration.length} images, measuring with ${request.heldBack.length}.`);
  try {
    const written = await services.requests.request('model.quantize', request, {
      signal,
      onProgress: ({ text }) => {
        (context.status ?? say)(text);
      },
    });
    context.status?.('');
    for (const line of describe(written.manifest, written.unreadable)) await context.print(line);
    await context.print(`Wrote ${written.directory}`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof HifuseError) || error.code !== 'model.quantization-refused') throw error;
    context.status?.('');
    say(error.message);
    return EXIT.failed;
  }
}

export const quantize: Command = {
  name: 'quantize',
  summary: 'make a faster int8 package of a model',
  help,
  run,
};
