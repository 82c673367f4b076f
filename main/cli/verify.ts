import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { errorEntry } from '../results/row.ts';
import { toJson } from '../terminal.ts';
import { EXIT, parse, single, type Command, type Context, type ExitStatus } from './command.ts';
import { deviceHelp, MODEL_OPTIONS, selectModel } from './model-options.ts';

const { engine, device } = MODEL_OPTIONS;

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { services, signal, texts } = context;
  const { t } = texts;
  const { values, positionals } = parse(args, { engine, device, json: { type: 'boolean', default: false } });
  const model = await selectModel(services, {
    ...values,
    model: single(positionals, ({ t }) => t('cli:usage.model-missing')),
  });
  try {
    const report = await services.requests.request('model.verify', model, { signal });
    if (values.json) await context.write(`${toJson(report, 2)}\n`);
    else {
      const { ok, deviation, ...rest } = report;
      const outcome = { ...rest, deviation: deviation.toExponential(2) };
      await context.print(ok ? t('cli:verify.ok', outcome) : t('cli:verify.failed', outcome));
    }
    return report.ok ? EXIT.ok : EXIT.failed;
  } catch (error) {
    // What is wrong with the package is an outcome; that there is none, or no device, is not.
    if (!(error instanceof HifuseError) || !error.code.startsWith('model.') || error.code === 'model.not-found')
      throw error;
    const value = toErrorValue(error);
    if (values.json) await context.write(`${toJson({ ok: false, error: errorEntry(value) }, 2)}\n`);
    else await context.print(t('cli:verify.refused', { problem: texts.error(value) }));
    return EXIT.failed;
  }
}

export const verify: Command = {
  name: 'verify',
  summary: ({ t }) => t('help:verify.summary'),
  help: ({ t }) => t('help:verify', { device: deviceHelp(t) }),
  run,
};
