import path from 'node:path';
import { SHOWN_COVERAGE } from '../../models/doubt/fit-calibration.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { Manifest } from '../../models/package/manifest.ts';
import { randomFrom } from '../../models/random.ts';
import { patientsOf } from '../services/evaluate.ts';
import { EXIT, parse, single, UsageError, type Command, type Context, type ExitStatus } from './command.ts';
import { dataHelp, dataName, partOf, readLabelled, withClasses, type LabelledImage } from './labelled.ts';

const OPTIONS = {
  data: { type: 'string' },
  reference: { type: 'string' },
  out: { type: 'string' },
  coverage: { type: 'string' },
  share: { type: 'string', default: '0.985' },
} as const;

/** A number between 0 and 1, neither included. @throws UsageError */
function shareOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new UsageError(({ t }) => t('cli:usage.between', { option, low: 0, high: 1, value: text }));
}

/** The patients of a list in two halves, whoever has several images being in one of them. */
async function halves(
  images: readonly LabelledImage[],
  { services, signal }: Context,
): Promise<{ data: LabelledImage[]; reference: LabelledImage[] }> {
  const patients = await patientsOf(images, null, services.requests, signal);
  const groups = [...new Set(images.map((image, i) => patients[i] ?? image.name))].sort();
  const random = randomFrom(1);
  const first = new Set(groups.filter(() => random() < 0.5));
  const isFirst = (image: LabelledImage, i: number): boolean => first.has(patients[i] ?? image.name);
  return {
    data: images.filter(isFirst),
    reference: images.filter((image, i) => !isFirst(image, i)),
  };
}

async function choose(data: string, reference: string | undefined, context: Context) {
  const labelled = await readLabelled(data, context.signal);
  if (reference !== undefined) {
    const others = reference === data ? labelled : await readLabelled(reference, context.signal);
    return { data: partOf(labelled, 'val', data), reference: partOf(others, 'train', reference) };
  }
  const hasTraining = labelled.some(({ part }) => part === 'train');
  if (hasTraining) return { data: partOf(labelled, 'val', data), reference: partOf(labelled, 'train', data) };
  return halves(partOf(labelled, 'val', data), context);
}

function describe({ calibration, statistics }: Manifest, texts: Texts): string[] {
  const { t } = texts;
  if (!calibration || !statistics) return [];
  return [
    t('cli:calibrate.temperature', {
      temperature: texts.fixed(calibration.temperature, 3),
      count: calibration.images ?? 0,
    }),
    ...(calibration.sets ?? []).map(({ coverage, marginal, perClass }) =>
      t('cli:calibrate.sets', {
        coverage: texts.percent(coverage),
        limit: texts.fixed(marginal, 4),
        perClass: perClass.map((limit) => texts.fixed(limit, 4)).join(', '),
      }),
    ),
    t('cli:calibrate.statistics', {
      count: statistics.reference.images,
      share: texts.percent(statistics.share),
    }),
  ];
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const model = single(positionals, ({ t }) => t('cli:usage.model-missing'));
  const { data, reference, out, coverage } = values;
  if (data === undefined) throw new UsageError(({ t }) => t('cli:usage.data-missing'));
  if (out === undefined) throw new UsageError(({ t }) => t('cli:usage.package-missing'));
  const share = shareOf('share', values.share);
  const coverages = [SHOWN_COVERAGE, ...(coverage === undefined ? [] : [shareOf('coverage', coverage)])];
  const { services, signal, say, texts } = context;
  const { t } = texts;

  const directory = await services.packages.resolve(model);
  if (path.resolve(directory) === path.resolve(out)) throw new UsageError(({ t }) => t('cli:usage.package-is-model'));
  const selection = { directory, engine: 'onnx', device: 'cpu' } as const;
  const { classes } = (await services.requests.request('model.load', selection, { signal })).manifest;
  const chosen = await choose(data, reference, context);
  const request = {
    directory,
    out: path.resolve(out),
    data: withClasses(chosen.data, classes),
    dataName: dataName(data, chosen.data),
    reference: chosen.reference.map((image) => image.path),
    referenceName: dataName(reference ?? data, chosen.reference),
    coverages,
    share,
  };
  say(t('cli:calibrate.images', { data: request.data.length, reference: request.reference.length }));
  const written = await services.requests.request('model.calibrate', request, {
    signal,
    onProgress: ({ done, total }) => context.status?.(t('cli:images-done', { done, total })),
  });
  context.status?.('');
  for (const line of describe(written.manifest, texts)) await context.print(line);
  if (written.unreadable > 0) say(t('cli:unreadable-left-out', { count: written.unreadable }));
  await context.print(t('cli:wrote', { file: written.directory }));
  return written.unreadable > 0 ? EXIT.failed : EXIT.ok;
}

export const calibrate: Command = {
  name: 'calibrate',
  summary: ({ t }) => t('help:calibrate.summary'),
  help: ({ t }) => t('help:calibrate', { data: dataHelp(t), coverage: SHOWN_COVERAGE }),
  run,
};
