import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { classNamesOf, displayNameOf } from '../../models/package/class-names.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { Manifest, ModelClass, Preprocessing } from '../../models/package/manifest.ts';
import type { CheckpointSummary, ImportOptions } from '../../worker/protocol.ts';
import { EXIT, oneOf, parse, single, UsageError, type Command, type Context, type ExitStatus } from './command.ts';

/** Ways to make the network's input. */
export const GEOMETRIES = [
  'shortest-edge-256-center-crop-224',
  'stretch-224',
] as const satisfies readonly Preprocessing['geometry'][];

const OPTIONS = {
  classes: { type: 'string' },
  preprocess: { type: 'string' },
  mean: { type: 'string' },
  std: { type: 'string' },
  name: { type: 'string' },
  version: { type: 'string' },
  license: { type: 'string' },
  modality: { type: 'string' },
  'body-part': { type: 'string' },
  view: { type: 'string' },
  'double-sigmoid': { type: 'boolean', default: false },
  'model-card': { type: 'string' },
  manifest: { type: 'string' },
  out: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse<typeof OPTIONS>>['values'];

const CLASS_FILE = 'class_indices.json';

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new HifuseError('file.unreadable', { reason: 'named', file });
  }
}

async function readObject(file: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(file));
  } catch (error) {
    if (error instanceof HifuseError) throw error;
    throw new HifuseError('request.invalid', { reason: 'no-json', file: path.basename(file) });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new HifuseError('request.invalid', { reason: 'no-json-object', file: path.basename(file) });
}

/** Parts of a text between commas. */
export const list = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** Three numbers joined by commas. @throws UsageError */
export function triple(option: string, text: string | undefined): readonly [number, number, number] | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(',').map(Number);
  if (numbers.length === 3 && numbers.every(Number.isFinite)) return numbers as [number, number, number];
  throw new UsageError(({ t }) => t('cli:usage.three-numbers', { option, value: text }));
}

/** Names in the model's order: of the option, or of the list beside the checkpoint. */
async function classNames(values: Values, checkpoint: string, context: Context): Promise<string[]> {
  if (values.classes !== undefined) {
    return values.classes.toLowerCase().endsWith('.json')
      ? classNamesOf(await readText(values.classes))
      : list(values.classes)!;
  }
  const beside = path.join(path.dirname(checkpoint), CLASS_FILE);
  const found = await access(beside).then(
    () => true,
    () => false,
  );
  if (!found) throw new UsageError(({ t }) => t('cli:usage.classes-missing'));
  context.say(context.texts.t('cli:import.classes', { file: beside }));
  return classNamesOf(await readText(beside));
}

async function importOptions(
  checkpoint: string,
  values: Values,
  out: string,
  summary: CheckpointSummary,
  context: Context,
): Promise<ImportOptions> {
  // Checked by the import like everything else that goes into a manifest.
  const given = (values.manifest === undefined ? {} : await readObject(values.manifest)) as Partial<Manifest>;
  const classes: readonly ModelClass[] =
    values.classes === undefined && given.classes
      ? given.classes
      : (await classNames(values, checkpoint, context)).map((name) => ({ name, displayName: displayNameOf(name) }));
  if (classes.length !== summary.classCount) {
    throw new HifuseError('request.invalid', {
      reason: 'class-count',
      expected: summary.classCount,
      given: classes.length,
    });
  }
  const id = path.basename(path.resolve(out));
  const modelCard = values['model-card'] === undefined ? '' : await readText(values['model-card']);
  const { preprocessing, intended } = given;
  return {
    checkpoint,
    out,
    id,
    name: values.name ?? given.name ?? id,
    version: values.version ?? given.version ?? '1.0.0',
    license: values.license ?? given.license ?? 'not stated',
    classes: [...classes],
    preprocessing: {
      geometry: values.preprocess
        ? oneOf('preprocess', values.preprocess, GEOMETRIES)
        : (preprocessing?.geometry ?? GEOMETRIES[0]),
      mean: triple('mean', values.mean) ?? preprocessing?.mean ?? [0.5, 0.5, 0.5],
      std: triple('std', values.std) ?? preprocessing?.std ?? [0.5, 0.5, 0.5],
      exifOrientation: preprocessing?.exifOrientation ?? false,
      dicomWindow: preprocessing?.dicomWindow ?? 'file',
    },
    intended: {
      modalities: list(values.modality) ?? intended?.modalities ?? [],
      bodyParts: list(values['body-part']) ?? intended?.bodyParts ?? [],
      views: list(values.view) ?? intended?.views ?? [],
      ageYears: intended?.ageYears ?? null,
    },
    training: given.training ?? { data: '', metrics: {} },
    doubleSigmoid: values['double-sigmoid'] || (given.architecture?.doubleSigmoid ?? false),
    modelCard,
  };
}

function describe(summary: CheckpointSummary, { t }: Texts): string[] {
  const { format, variant, architecture, classCount, parameters, dtypes, ignored } = summary;
  const { width, irmlp } = architecture;
  const [depths, heads] = [architecture.depths.join('-'), architecture.heads.join('-')];
  return [
    t('cli:import.network', { format, variant, width, depths, heads, irmlp }),
    t('cli:import.content', { classes: classCount, parameters, dtypes: dtypes.join(', ') }),
    ...(ignored.length > 0 ? [t('cli:import.unused', { count: ignored.length })] : []),
    ...ignored.map((tensor) => t('cli:import.unused-tensor', tensor)),
  ];
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const checkpoint = single(positionals, ({ t }) => t('cli:usage.checkpoint-missing'));
  const { out } = values;
  if (out === undefined && !values['dry-run']) throw new UsageError(({ t }) => t('cli:usage.package-missing'));
  const { requests } = context.services;
  const { signal } = context;
  const { t } = context.texts;
  try {
    const summary = await requests.request('checkpoint.summary', { path: checkpoint }, { signal });
    for (const line of describe(summary, context.texts)) await context.print(line);
    if (out === undefined || values['dry-run']) return EXIT.ok;
    const options = await importOptions(checkpoint, values, out, summary, context);
    const { geometry } = options.preprocessing;
    context.say(t('cli:import.geometry', { geometry: t(`terms:geometry/${geometry}`) }));
    if (values.preprocess === undefined && values.manifest === undefined) context.say(t('cli:import.geometry-default'));
    context.say(t('cli:import.storage'));
    const { directory } = await requests.request('checkpoint.import', options, { signal });
    await context.print(t('cli:wrote', { file: directory }));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof HifuseError) || !/^(checkpoint|model)\./.test(error.code)) throw error;
    context.say(context.texts.error(toErrorValue(error)));
    return EXIT.failed;
  }
}

export const importCommand: Command = {
  name: 'import',
  summary: ({ t }) => t('help:import.summary'),
  help: ({ t }) => t('help:import', { centre: GEOMETRIES[0], whole: GEOMETRIES[1] }),
  run,
};
