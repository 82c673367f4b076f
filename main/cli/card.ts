import { stat } from 'node:fs/promises';
import path from 'node:path';
import { MEASURED_TITLE, measuredSection, withSection } from '../../models/package/measured-card.ts';
import { readPackageSummary } from '../../worker/import/load-package.ts';
import { software } from '../about.ts';
import { walk } from '../services/walk.ts';
import {
  EXIT,
  parse,
  single,
  UsageError,
  wholeNumber,
  type Command,
  type Context,
  type ExitStatus,
} from './command.ts';
import { dataHelp, dataName, partOf, readLabelled, withClasses } from './labelled.ts';
import { writeWhole } from './output.ts';

const OPTIONS = {
  measure: { type: 'boolean', default: false },
  data: { type: 'string' },
  far: { type: 'string' },
  'near-images': { type: 'string', default: '120' },
  pictures: { type: 'string', default: '30' },
  out: { type: 'string' },
} as const;

async function filesBelow(folder: string | undefined, signal: AbortSignal): Promise<string[]> {
  if (folder === undefined) return [];
  if (
    !(await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  ) {
    throw new UsageError(({ t }) => t('cli:usage.folder', { file: folder }));
  }
  const files: string[] = [];
  for await (const { path: file } of walk(folder, { recursive: true, signal })) files.push(file);
  return files.sort();
}

async function isBundled(directory: string, packages: Context['services']['packages']): Promise<boolean> {
  const bundled = (await packages.list()).filter((model) => model.bundled);
  const folders = await Promise.all(bundled.map(({ id }) => packages.resolve(id)));
  return folders.includes(directory);
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const idOrDirectory = single(positionals, ({ t }) => t('cli:usage.model-missing'));
  const { services, signal } = context;
  const { requests, packages } = services;
  const { t } = context.texts;
  const directory = await packages.resolve(idOrDirectory);
  const { manifest, modelCard } = await readPackageSummary(directory);
  if (!values.measure) {
    await context.write(modelCard);
    return EXIT.ok;
  }

  const { data } = values;
  if (data === undefined) throw new UsageError(({ t }) => t('cli:usage.data-missing'));
  if (values.out === undefined && (await isBundled(directory, packages)))
    throw new UsageError(({ t }) => t('cli:card.read-only'));
  const nearImages = wholeNumber('near-images', values['near-images'], 1);
  const madePictures = wholeNumber('pictures', values.pictures, 1);
  const labelled = partOf(await readLabelled(data, signal), 'test', data);
  const far = await filesBelow(values.far, signal);
  const request = {
    directory,
    data: withClasses(labelled, manifest.classes),
    dataName: dataName(data, labelled),
    far,
    farName: t('cli:card.files-below', { folder: path.basename(path.resolve(values.far ?? '')) }),
    nearImages,
    madePictures,
  };
  context.say(t('cli:card.images', { data: request.data.length, far: far.length }));
  const measured = await requests.request('model.measure', request, {
    signal,
    onProgress: ({ done, total }) => context.status?.(`${done} / ${total}`),
  });
  context.status?.('');
  const section = measuredSection(measured, {
    data: request.dataName,
    date: new Date().toISOString().slice(0, 10),
    software,
  });
  const out = values.out ?? path.join(directory, 'MODEL_CARD.md');
  await writeWhole(out, Buffer.from(withSection(modelCard, MEASURED_TITLE, section)), context);
  await context.write(`${section}\n`);
  context.say(t('cli:wrote', { file: out }));
  return EXIT.ok;
}

export const card: Command = {
  name: 'card',
  summary: ({ t }) => t('help:card.summary'),
  help: ({ t }) => t('help:card', { title: MEASURED_TITLE, data: dataHelp(t) }),
  run,
};
