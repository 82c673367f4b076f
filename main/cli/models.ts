import path from 'node:path';
import { toJson } from '../terminal.ts';
import { EXIT, parse, UsageError, type Command, type Context, type ExitStatus } from './command.ts';

const help = `\
Usage: hifuse models [--json]

Lists the model packages: the bundled ones and those that were imported in the app.

  --json            ids, folders and manifests, as JSON`;

async function run(args: readonly string[], { services, write, print, say, texts }: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, { json: { type: 'boolean', default: false } });
  if (positionals[0] !== undefined) throw new UsageError(`"${positionals[0]}" is one argument too many.`);
  const models = await Promise.all(
    (await services.packages.list()).map(async ({ id, manifest, bundled }) => ({
      id,
      directory: await services.packages.resolve(id),
      bundled,
      manifest,
    })),
  );
  for (const { id, error } of await services.packages.damaged()) say(`${id} is left out: ${texts.error(error)}`);
  if (values.json) {
    await write(`${toJson(models, 2)}\n`);
    return EXIT.ok;
  }
  for (const { id, manifest, directory, bundled } of models) {
    const classes = manifest.classes.map(({ displayName }) => displayName).join(', ');
    await print(`${id}  ${manifest.version}${bundled ? '  (bundled)' : ''}`);
    await print(`  ${manifest.name}`);
    await print(`  classes: ${classes}`);
    await print(`  licence: ${manifest.license}`);
    await print(`  folder: ${path.resolve(directory)}`);
  }
  if (models.length === 0) await print('There is no model package. Import a checkpoint: hifuse import --help');
  return EXIT.ok;
}

export const models: Command = { name: 'models', summary: 'list the model packages', help, run };
