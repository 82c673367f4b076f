import path from 'node:path';
import { HifuseError } from '../../models/errors.ts';
import { createReport } from '../services/reports.ts';
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
import { MODEL_HELP, MODEL_OPTIONS, selectModel } from './model-options.ts';
import { fileOutput } from './output.ts';

const help = `\
Usage: hifuse report FILE --out FILE.pdf [options]

Classifies one image and writes a one-page report: the image, where the network looked, the probabilities, and what
made them.

  --out FILE.pdf    the report
  --frame N         of a multi-frame file, counted from 0 (default 0)
  --class NAME      whose heat map; the most probable class if left out
${MODEL_HELP}`;

const OPTIONS = {
  ...MODEL_OPTIONS,
  out: { type: 'string' },
  frame: { type: 'string', default: '0' },
  class: { type: 'string' },
} as const;

const OVERLAY_OPACITY = 0.6;

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const file = single(positionals, 'the image');
  const frame = wholeNumber('frame', values.frame, 0);
  const { out } = values;
  if (out === undefined || path.extname(out).toLowerCase() !== '.pdf') {
    throw new UsageError('Name the report with --out FILE.pdf.');
  }
  const { services, signal } = context;
  const model = await selectModel(services, values);
  const info = await services.requests.request('model.load', model, { signal });
  const names = info.manifest.classes.map(({ name }) => name);
  const classIndex = values.class === undefined ? null : names.indexOf(values.class);
  if (classIndex === -1) throw new UsageError(`--class is one of ${names.join(', ')}, not "${values.class}".`);

  const output = await fileOutput(out, context);
  try {
    const { pdf } = await createReport(services.requests, {
      source: { path: file, frame },
      name: path.basename(file),
      model,
      classIndex,
      window: null,
      overlayOpacity: OVERLAY_OPACITY,
      createdAt: new Date(),
      signal,
    });
    await output.write(pdf);
    await output.finish();
  } catch (error) {
    await output.discard();
    signal.throwIfAborted();
    // The one file of this command failed: a failure, not an inability.
    context.say(error instanceof HifuseError ? error.message : String(error));
    return EXIT.failed;
  }
  context.say(`Wrote ${out}`);
  return EXIT.ok;
}

export const report: Command = { name: 'report', summary: 'write a one-page PDF report of an image', help, run };
