import path from 'node:path';
import type { Voi } from '../../models/imaging/frame.ts';
import { windowOf } from '../../models/imaging/voi.ts';
import {
  FRAME_OPTION,
  frameOf,
  onOneFile,
  parse,
  single,
  UsageError,
  type Command,
  type Context,
  type ExitStatus,
} from './command.ts';
import { writeWhole } from './output.ts';

const OPTIONS = {
  ...FRAME_OPTION,
  out: { type: 'string' },
  window: { type: 'string' },
} as const;

/** '40/400' -> the window; width is greater than 0. */
function parseWindow(text: string): Voi {
  const [center, width] = /^\s*([^/\s]+)\s*\/\s*([^/\s]+)\s*$/.exec(text)?.slice(1).map(Number) ?? [];
  if (Number.isFinite(center) && Number.isFinite(width) && width! > 0) return windowOf(center!, width!);
  throw new UsageError(({ t }) => t('cli:usage.window', { value: text }));
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const file = single(positionals, ({ t }) => t('cli:usage.image-missing'));
  const voi = values.window === undefined ? null : parseWindow(values.window);
  const { out } = values;
  if (out === undefined || path.extname(out).toLowerCase() !== '.png') {
    throw new UsageError(({ t }) => t('cli:usage.png-missing'));
  }
  const { services, signal } = context;
  return onOneFile(context, async () => {
    const frame = await frameOf(values.frame, file, context);
    const request = { path: file, frame, voi, inverted: false, maxSize: null };
    const { png, width, height } = await services.requests.request('image.render', request, { signal });
    await writeWhole(out, png, context);
    context.say(context.texts.t('cli:wrote-picture', { file: out, width, height }));
  });
}

export const render: Command = {
  name: 'render',
  summary: ({ t }) => t('help:render.summary'),
  help: ({ t }) => t('help:render'),
  run,
};
