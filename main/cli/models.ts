import path from 'node:path';
import { toJson } from '../terminal.ts';
import { EXIT, parse, UsageError, type Command, type Context, type ExitStatus } from './command.ts';

async function run(args: readonly string[], { services, write, print, say, texts }: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, { json: { type: 'boolean', default: false } });
  const { t } = texts;
  const [extra] = positionals;
  if (extra !== undefined) throw new UsageError(({ t }) => t('cli:usage.one-too-many', { value: extra }));
  const models = await Promise.all(
    (await services.packages.list()).map(async ({ id, manifest, bundled }) => ({
      id,
      directory: await services.packages.resolve(id),
      bundled,
      manifest,
    })),
  );
  for (const { id, error } of await services.packages.damaged())
    say(texts.t('cli:models.left-out', { id, problem: texts.error(error) }));
  if (values.json) {
    await write(`${toJson(models, 2)}\n`);
    return EXIT.ok;
  }
  for (const { id, manifest, directory, bundled } of models) {
    const classes = manifest.classes.map(({ displayName }) => displayName).join(', ');
    const { name, version, license } = manifest;
    await print(bundled ? t('cli:models.title-bundled', { id, version }) : t('cli:models.title', { id, version }));
    await print(t('cli:models.name', { name }));
    await print(t('cli:models.classes', { classes }));
    await print(t('cli:models.licence', { licence: license }));
    await print(t('cli:models.folder', { folder: path.resolve(directory) }));
  }
  if (models.length === 0) await print(t('cli:models.none'));
  return EXIT.ok;
}

export const models: Command = {
  name: 'models',
  summary: ({ t }) => t('help:models.summary'),
  help: ({ t }) => t('help:models'),
  run,
};
