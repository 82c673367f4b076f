import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Texts } from '../../models/texts/texts.ts';
import type { ModelSelection } from '../../worker/protocol.ts';
import { finishRun } from '../batch/finish.ts';
import { plannedModel, type BatchPlan } from '../batch/plan.ts';
import { planProcesses, processors } from '../batch/processors.ts';
import { BatchRun, type BatchProgress } from '../batch/run.ts';
import { RunStore } from '../batch/store.ts';
import type { Requests } from '../services/classify.ts';
import { aggregationOf, frameChoice, labelsOf, rootOf, shardOf } from './batch-options.ts';
import {
  EXIT,
  parse,
  UsageError,
  wholeNumber,
  type Command,
  type CommandServices,
  type Context,
  type ExitStatus,
} from './command.ts';
import { modelHelp, MODEL_OPTIONS, selectModel } from './model-options.ts';
import { createProgress } from './progress.ts';

const OPTIONS = {
  ...MODEL_OPTIONS,
  out: { type: 'string' },
  recursive: { type: 'boolean', default: false },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  frames: { type: 'string', default: 'first' },
  series: { type: 'string', default: 'image' },
  maps: { type: 'boolean', default: false },
  labels: { type: 'string' },
  'retry-failed': { type: 'boolean', default: false },
  shard: { type: 'string' },
  batch: { type: 'string' },
  processes: { type: 'string' },
  progress: { type: 'boolean', default: false },
  'list-skipped': { type: 'boolean', default: false },
} as const;

/** How far a run is, as people read it. */
export function aheadText({ t, number }: Texts, { files, filesDone, listed, rate, timeLeft }: BatchProgress): string {
  const values = { done: filesDone, files, rate: number(rate, 1) };
  const ahead = listed ? t('batch:ahead', values) : t('batch:ahead.listing', values);
  return timeLeft === null ? ahead : t('batch:ahead.left', { ahead, time: durationText(t, timeLeft) });
}

function durationText(t: Texts['t'], seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return t('batch:time.seconds', { seconds: Math.ceil(seconds) });
  if (minutes < 60) return t('batch:time.minutes', { minutes });
  return t('batch:time.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** The inference processes of a run, none of which has started yet. */
async function fleetOf(
  model: ModelSelection,
  wanted: string | undefined,
  services: CommandServices,
): Promise<[Requests, ...Requests[]]> {
  const count = processors();
  const weights = await stat(path.join(model.directory, 'weights.safetensors')).catch(() => null);
  const plan = planProcesses(count, weights?.size ?? 0);
  const processes = wanted === undefined ? plan.processes : wholeNumber('processes', wanted, 1);
  const threads = wanted === undefined ? plan.threads : Math.max(1, Math.floor(count / processes));
  const [first = services.requests, ...others] = services.processes?.(processes, threads) ?? [];
  return [first, ...others];
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals: paths } = parse(args, OPTIONS);
  const { out } = values;
  if (paths.length === 0) throw new UsageError(({ t }) => t('cli:usage.paths-missing'));
  if (out === undefined) throw new UsageError(({ t }) => t('batch:usage.out-missing'));
  const aggregation = aggregationOf(values.series);
  const frames = frameChoice(values.frames);
  const shard = shardOf(values.shard);
  const networkBatchSize = values.batch === undefined ? null : wholeNumber('batch', values.batch, 1);
  const { services, signal, texts } = context;
  const isFolder = (await stat(paths[0]!).catch(() => null))?.isDirectory() ?? false;
  const { root, starts } = rootOf(paths, isFolder);

  const model = await selectModel(services, values);
  const all = await fleetOf(model, values.processes, services);
  const [requests] = all;
  const info = await requests.request('model.load', model, { signal });
  // A graphics processor is one, however many processes ask it.
  const fleet = info.device === 'cpu' ? all : [requests];
  const labels = await labelsOf(values.labels, root, info.manifest.classes, signal);
  const plan: BatchPlan = {
    root,
    starts,
    recursive: values.recursive,
    include: values.include ?? [],
    exclude: values.exclude ?? [],
    frames,
    maps: values.maps,
    shard,
    model: plannedModel(info.manifest),
  };
  const store = RunStore.begin(out, plan);
  try {
    const { filesDone, files } = store.counts();
    if (files > 0) context.say(texts.t('batch:resuming', { folder: out, done: filesDone, files }));
    if (values['retry-failed']) store.reopenFailed();
    let latest: BatchProgress | null = null;
    const progress = createProgress(context, {
      lines: values.progress,
      skipped: values['list-skipped'],
      ahead: () => (latest ? aheadText(texts, latest) : ''),
    });
    const batch = new BatchRun({
      store,
      fleet,
      model,
      info,
      ...(networkBatchSize === null ? {} : { networkBatchSize }),
      signal,
      onProgress: (now) => {
        latest = now;
      },
      onRow: (row) => {
        progress.count(row);
      },
    });
    const finish = (pictures: boolean): Promise<string[]> =>
      finishRun(store, { aggregation, labels, requests, pictures, say: context.say, texts });
    try {
      await batch.run();
    } catch (error) {
      progress.finish();
      // What the run could do is told; what ended it is told by whoever started the command.
      await finish(false).then(
        (files) => {
          context.say(texts.t('batch:wrote', { files: files.join(', '), folder: out }));
        },
        () => undefined,
      );
      context.say(texts.t('batch:nothing-lost', { folder: out }));
      throw error;
    }
    progress.finish();
    const written = await finish(true);
    context.say(texts.t('batch:wrote', { files: written.join(', '), folder: out }));
    if (!store.complete) context.say(texts.t('batch:go-on'));
    const { ok, failed, skipped } = store.counts();
    if (ok + failed > 0) return failed > 0 || !store.complete ? EXIT.failed : EXIT.ok;
    context.say(skipped > 0 ? texts.t('cli:no-image', { count: skipped }) : texts.t('cli:no-file'));
    return EXIT.unable;
  } finally {
    store.close();
  }
}

export const batch: Command = {
  name: 'batch',
  summary: ({ t }) => t('help:batch.summary'),
  help: ({ t }) => t('help:batch', { model: modelHelp(t) }),
  run,
};
