import { toErrorValue } from '../../models/errors.ts';
import { resultRow, resultsHeader, type ResultRow } from '../results/row.ts';
import { RESULTS_FORMATS } from '../results/writer.ts';
import { classifyAll, type ClassifyResult } from '../services/classify.ts';
import { EXIT, oneOf, parse, UsageError, wholeNumber, type Command, type Context, type ExitStatus } from './command.ts';
import { writeHeatMap } from './heat-maps.ts';
import { MODEL_HELP, MODEL_OPTIONS, selectModel } from './model-options.ts';
import { fileOutput, formatOf, standardOutput } from './output.ts';
import { createProgress } from './progress.ts';
import { sources, type SourceItem } from './sources.ts';

const help = `\
Usage: hifuse classify PATH... [options]

Classifies images (DICOM, JPEG, PNG and others; found by content) and the images of folders. Results are JSON on
stdout, or a file of the format that its ending names.

  --recursive       go into subfolders
  --out FILE        write FILE.csv or FILE.json
  --heatmaps DIR    write each image under the Grad-CAM of its most probable class, as a PNG
  --frames WHICH    first (default): the first frame of each file; all: a row for every frame
${MODEL_HELP}
  --batch N         images at once; what is fastest on the device if left out
  --progress        lines of progress where stderr is no terminal

Exit status: 0 all were classified; 1 some failed, each with a row and a reason; 2 nothing could run.
A file that is named and is no image fails; one that is met in a folder is skipped and does not count.`;

const OPTIONS = {
  ...MODEL_OPTIONS,
  recursive: { type: 'boolean', default: false },
  out: { type: 'string' },
  heatmaps: { type: 'string' },
  frames: { type: 'string', default: 'first' },
  batch: { type: 'string' },
  progress: { type: 'boolean', default: false },
} as const;

/** Failures that are told on stderr, too; the rest is in the results. */
const TOLD_FAILURES = 10;

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals: paths } = parse(args, OPTIONS);
  if (paths.length === 0) throw new UsageError('Name at least one file or folder.');
  const frames = oneOf('frames', values.frames, ['first', 'all']);
  const batch = values.batch === undefined ? null : wholeNumber('batch', values.batch, 1);
  const format = RESULTS_FORMATS[values.out === undefined ? 'json' : formatOf(values.out)];
  const { services, signal } = context;
  const { requests } = services;

  const model = await selectModel(services, values);
  const info = await requests.request('model.load', model, { signal });
  const writer = format.open(
    resultsHeader(info),
    info.manifest.classes.map(({ name }) => name),
  );
  const output = values.out === undefined ? standardOutput(context) : await fileOutput(values.out);
  const progress = createProgress(context, values.progress);

  const items = sources({
    paths,
    recursive: values.recursive,
    frames,
    except: [values.heatmaps, values.out].filter((file) => file !== undefined),
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
    const row = resultRow(item.file, item.image.frame, result);
    if (values.heatmaps === undefined || !result.prediction) return row;
    try {
      return { ...row, heatMap: await writeHeatMap(requests, result.prediction, values.heatmaps, item.label, signal) };
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = toErrorValue(error);
      return { ...row, status: 'failed', error: { code, message } };
    }
  };

  let complete = true;
  try {
    await output.write(writer.begin());
    try {
      for await (const result of classifyAll(items, options)) {
        const row = await toRow(result);
        await output.write(writer.row(row));
        progress.count(row.status);
        if (row.status === 'failed' && progress.tally.failed <= TOLD_FAILURES) {
          context.status?.('');
          context.say(`${row.file}: ${row.error?.message ?? ''}`);
        }
      }
    } catch (error) {
      // Interrupted: what is there stays, and says that it is not all.
      if (!signal.aborted) throw error;
      complete = false;
    }
    await output.write(writer.end(complete));
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }

  const { tally } = progress;
  progress.finish();
  if (!complete) return EXIT.interrupted;
  if (tally.ok + tally.failed + tally.skipped === 0) {
    context.say('There is no file to classify there. Folders below are read with --recursive.');
    return EXIT.unable;
  }
  return tally.failed > 0 ? EXIT.failed : EXIT.ok;
}

export const classify: Command = {
  name: 'classify',
  summary: 'classify images and folders of images',
  help,
  run,
};
