import type { Texts } from '../../models/texts/texts.ts';
import { errorEntry, warningEntry } from '../results/row.ts';
import { HifuseError, toErrorValue, type ErrorCode } from '../../models/errors.ts';
import type { Inspection } from '../../worker/protocol.ts';
import { toJson } from '../terminal.ts';
import { EXIT, parse, single, type Command, type Context, type ExitStatus } from './command.ts';

/** These stopped the inspection, not the file. */
const NOT_THE_FILE: ReadonlySet<ErrorCode> = new Set(['request.cancelled']);

async function inspectFile(file: string, { services, signal }: Context): Promise<Inspection> {
  try {
    return { ...(await services.requests.request('image.inspect', { path: file }, { signal })), file };
  } catch (error) {
    if (error instanceof HifuseError && NOT_THE_FILE.has(error.code)) throw error;
    return { schema: 1, file, header: {}, frame0: null, warnings: [], error: toErrorValue(error) };
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function describe({ header, frame0, warnings, error }: Inspection, texts: Texts): string[] {
  const { t } = texts;
  const entries = Object.entries(header).map(([keyword, value]) => [keyword, asText(value)] as const);
  if (frame0) {
    entries.push(
      [t('cli:inspect.first-frame'), `${frame0.shape.join(' × ')} ${frame0.dtype}`],
      [
        t('cli:inspect.values'),
        t('cli:inspect.range', { minimum: frame0.min, maximum: frame0.max, mean: frame0.mean }),
      ],
      ['SHA-256', frame0.sha256],
    );
  }
  entries.push(...warnings.map((warning) => [t('cli:inspect.warning'), texts.warning(warning)] as const));
  if (error) {
    const problem = t('cli:inspect.problem', { problem: texts.error(error), code: error.code });
    entries.push([t('cli:inspect.error'), problem]);
  }
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

/** With the English sentences beside the codes. */
function asJson(inspection: Inspection): string {
  const warnings = inspection.warnings.map(warningEntry);
  const error = inspection.error && errorEntry(inspection.error);
  return `${toJson({ ...inspection, warnings, error }, 2)}\n`;
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, { json: { type: 'boolean', default: false } });
  const inspection = await inspectFile(
    single(positionals, ({ t }) => t('cli:usage.file-missing')),
    context,
  );
  if (values.json) await context.write(asJson(inspection));
  else for (const line of describe(inspection, context.texts)) await context.print(line);
  return inspection.error ? EXIT.failed : EXIT.ok;
}

export const inspect: Command = {
  name: 'inspect',
  summary: ({ t }) => t('help:inspect.summary'),
  help: ({ t }) => t('help:inspect'),
  run,
};
