import { EXIT, parse, UsageError, type Command, type Context, type ExitStatus } from './command.ts';

async function run(args: readonly string[], { services, signal, say, texts }: Context): Promise<ExitStatus> {
  const [model, out, ...more] = parse(args, {}).positionals;
  if (model === undefined || out === undefined || more.length > 0)
    throw new UsageError(({ t }) => t('cli:usage.model-and-file-missing'));
  if (!out.toLowerCase().endsWith('.onnx')) throw new UsageError(({ t }) => t('cli:usage.onnx-name', { file: out }));
  const directory = await services.packages.resolve(model);
  const { id, bytes } = await services.requests.request('model.export', { directory, out }, { signal });
  say(texts.t('cli:wrote-model', { file: out, id, megabytes: (bytes / 1e6).toFixed(1) }));
  return EXIT.ok;
}

export const exportOnnx: Command = {
  name: 'export-onnx',
  summary: ({ t }) => t('help:export-onnx.summary'),
  help: ({ t }) => t('help:export-onnx'),
  run,
};
