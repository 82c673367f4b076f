import { isWithheld } from '../../models/doubt/verdict.ts';
import { toErrorValue } from '../../models/errors.ts';
import { errorEntry, resultRow, resultsHeader, type ResultRow } from '../results/row.ts';
import { partialName, RESULTS_FORMATS, type ResultsWriter } from '../results/writer.ts';
import { classifyAll, type ClassifyResult } from '../services/classify.ts';
import { EXIT, oneOf, parse, UsageError, wholeNumber, type Command, type Context, type ExitStatus } from './command.ts';
import { writeHeatMap } from './heat-maps.ts';
import { modelHelp, MODEL_OPTIONS, selectModel } from './model-options.ts';
import { fileOutput, formatOf, standardOutput, type Output } from './output.ts';
import { createProgress } from './progress.ts';
import { sources, type SourceItem } from './sources.ts';

const OPTIONS = {
  ...MODEL_OPTIONS,
  recursive: { type: 'boolean', default: false },
  out: { type: 'string' },
  heatmaps: { type: 'string' },
  'show-anyway': { type: 'boolean', default: false },
  frames: { type: 'string', default: 'first' },
  batch: { type: 'string' },
  progress: { type: 'boolean', default: false },
  'list-skipped': { type: 'boolean', default: false },
} as const;

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals: paths } = parse(args, OPTIONS);
  const { out } = values;
  if (paths.length === 0) throw new UsageError(({ t }) => t('cli:usage.paths-missing'));
  const frames = oneOf('frames', values.frames, ['first', 'all']);
  const batch = values.batch === undefined ? null : wholeNumber('batch', values.batch, 1);
  const format = RESULTS_FORMATS[out === undefined ? 'json' : formatOf(out)];
  const partial = out === undefined || format.tellsIncomplete ? out : partialName(out);
  const { services, signal } = context;
  const { t } = context.texts;
  const { requests } = services;

  const model = await selectModel(services, values);
  const info = await requests.request('model.load', model, { signal });
  const writer = format.open(
    resultsHeader(info),
    info.manifest.classes.map(({ name }) => name),
  );
  const output = out === undefined ? standardOutput(context) : await fileOutput(out, context);
  const progress = createProgress(context, { lines: values.progress, skipped: values['list-skipped'] });
  let foldersLeftOut = 0;
  let mapsLeftOut = 0;

  const items = sources({
    paths,
    recursive: values.recursive,
    frames,
    except: [values.heatmaps, out, partial].filter((file) => file !== undefined),
    onLeftOut: () => foldersLeftOut++,
    requests,
    signal,
  });
  const options = {
    requests,
    model,
    batchSize: batch ?? info.preferredBatch,
    ...(batch === null ? {} : { networkBatchSize: batch }),
    heatMaps: values.heatmaps !== undefined,
    signal,
  };

  const toRow = async ({ item, ...result }: ClassifyResult<SourceItem>): Promise<ResultRow> => {
    const shownAnyway = values['show-anyway'];
    const row = resultRow(item.file, item.image.frame, result, shownAnyway);
    if (values.heatmaps === undefined || !result.prediction) return row;
    if (isWithheld(result.prediction.verdict, shownAnyway)) {
      mapsLeftOut++;
      return row;
    }
    try {
      return { ...row, heatMap: await writeHeatMap(requests, result.prediction, values.heatmaps, item.label, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return { ...row, status: 'failed', error: errorEntry(toErrorValue(error)) };
    }
  };

  const { tally } = progress;
  const doubted = { outside: 0, unverified: 0, inside: 0 };
  try {
    await output.write(writer.begin());
    for await (const result of classifyAll(items, options)) {
      const row = await toRow(result);
      await output.write(writer.row(row));
      progress.count(row);
      if (row.verdict) doubted[row.verdict.state]++;
    }
    await output.write(writer.end(true));
    await output.finish();
  } catch (error) {
    const rows = tally.ok + tally.failed + tally.skipped;
    const isKept = (rows > 0 || out === undefined) && (await keepRows(output, writer, partial));
    await output.discard();
    progress.finish();
    if (isKept && partial !== undefined) context.say(t('cli:rows-kept', { file: partial }));
    throw error;
  }

  progress.finish();
  if (tally.ok > 0) context.say(t('verdict:tally', doubted));
  if (mapsLeftOut > 0) context.say(t('verdict:maps-left-out', { count: mapsLeftOut }));
  if (foldersLeftOut > 0) context.say(t('cli:subfolders-left-out', { count: foldersLeftOut }));
  if (tally.ok + tally.failed > 0) return tally.failed > 0 ? EXIT.failed : EXIT.ok;
  context.say(tally.skipped > 0 ? t('cli:no-image', { count: tally.skipped }) : t('cli:no-file'));
  return EXIT.unable;
}

/** Where a run ends early, the rows so far are kept where that is possible, and tell that they are not all. */
async function keepRows(output: Output, writer: ResultsWriter, name: string | undefined): Promise<boolean> {
  try {
    await output.write(writer.end(false));
    await output.finish(name);
    return true;
  } catch {
    // That nothing can be written is what ended the run.
    return false;
  }
}

export const classify: Command = {
  name: 'classify',
  summary: ({ t }) => t('help:classify.summary'),
  help: ({ t }) => t('help:classify', { model: modelHelp(t) }),
  run,
};
