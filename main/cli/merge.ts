import { finishRun } from '../batch/finish.ts';
import { mergeShards } from '../batch/merge.ts';
import { aggregationOf, labelsOf } from './batch-options.ts';
import { EXIT, parse, UsageError, type Command, type Context, type ExitStatus } from './command.ts';

const OPTIONS = {
  out: { type: 'string' },
  series: { type: 'string', default: 'image' },
  labels: { type: 'string' },
} as const;

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals: folders } = parse(args, OPTIONS);
  const { out } = values;
  if (folders.length === 0) throw new UsageError(({ t }) => t('batch:usage.folders-missing'));
  if (out === undefined) throw new UsageError(({ t }) => t('batch:usage.out-missing'));
  const aggregation = aggregationOf(values.series);
  const { services, signal, texts, say } = context;
  const { store, missing } = mergeShards(folders, out);
  try {
    const classes = store.plan.model.classes.map((name) => ({ name }));
    const labels = await labelsOf(values.labels, store.plan.root, classes, signal);
    const { requests } = services;
    const written = await finishRun(store, { aggregation, labels, requests, missing, pictures: true, say, texts });
    const { t } = texts;
    say(t('batch:wrote', { files: written.join(', '), folder: out }));
    if (missing.length > 0) say(t('batch:summary.missing', { shards: missing.join(', ') }));
    const { files, filesDone, failed } = store.counts();
    if (!store.complete) say(t('batch:summary.incomplete', { done: filesDone, files }));
    return failed > 0 || !store.complete ? EXIT.failed : EXIT.ok;
  } finally {
    store.close();
  }
}

export const merge: Command = {
  name: 'merge',
  summary: ({ t }) => t('help:merge.summary'),
  help: ({ t }) => t('help:merge'),
  run,
};
